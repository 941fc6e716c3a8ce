//! The steps of one service.

use super::contract::{self, Replaced};
use super::{Gate, chosen, order, rotation};
use crate::schema::{First, Way};
use crate::{Component, JobPlan, JobState, Observed, Record, ServicePlan, Topology, refusal};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::Reason;
use std::collections::BTreeSet;

/// The gates of one service, and the Job that is its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSteps {
    /// The migration Job whose turn it is; absent while the schema has more than the release needs.
    pub job: Option<JobPlan>,
    /// It may exist.
    pub migrate: Gate,
    /// It may be made now: it was noted before, or exists.
    pub may_make: bool,
    /// It is to be noted now, so that it may be made with the next look.
    pub begins: bool,
    /// The processes may be made, or changed. While they may not, those that run are left as they are.
    pub rollout: Gate,
    /// What takes away from the schema was done, if there is any.
    pub contract: Gate,
    /// Whether that waits for all processes of all services to be replaced.
    pub waits_for_replacement: bool,
    /// Other Jobs that stay, since nobody has noted yet how they ended, or since the schema is what they made it.
    pub kept: BTreeSet<String>,
    /// What is known of the schema now.
    pub record: Record,
}

impl ServiceSteps {
    /// Whether a migration of its schema is under way, or is made with this look.
    pub(super) fn migrates(&self, observed: &Observed) -> bool {
        let Some(job) = &self.job else { return false };
        let is_made =
            self.may_make && !observed.jobs.contains_key(&job.name) && self.record.done.as_ref() != Some(&job.name);
        is_made || observed.running(job).next().is_some()
    }

    /// What is to be remembered of the schema; `acts`: with the Job that may be made with the next look.
    pub fn noted(&self, release: &str, acts: bool) -> Record {
        let mut record = self.record.clone();
        if let Some(job) = self.job.as_ref().filter(|_| acts && self.begins) {
            record.begin(job, release);
        }
        record
    }
}

pub(super) fn steps(
    topology: &Topology,
    service: &ServicePlan,
    provision: &JobPlan,
    replaced: &Replaced,
    key: Option<&String>,
    observed: &Observed,
) -> ServiceSteps {
    let mut look = Look { topology, service, provision, observed, record: observed.record(service.name) };
    let way = look.record.way(&topology.version, &service.migration.files, observed.is_new(service.name));
    let refusal = observed.releases.find(&topology.version).and_then(|r| refusal::one(service.name, r, observed));
    let (first, last) = match (&refusal, way) {
        (Some(_), _) => (None, None),
        (None, Way { first, has_last }) => {
            let first = match first {
                First::Nothing => None,
                First::All => Some(look.chosen(&service.migration)),
                First::Until(version) => Some(look.chosen(&service.migration.until(version))),
            };
            (first, has_last.then(|| look.chosen(&service.migration)))
        }
    };
    // Looked at before it was approved, too; but the status may have been lost since.
    let rollout = match refusal {
        Some(refusal) => Gate::Blocked(refusal.reason(), refusal.to_string()),
        None => look.rollout(first.as_ref(), key),
    };
    let (contract, has_turn) = match &last {
        Some(last) => contract::gate(&look, last, rollout.is_open(), replaced),
        None => (Gate::Open, false),
    };
    let job = if has_turn { last } else { first };
    // Whoever made it, and whatever the status has forgotten.
    if let Some(job) = job.as_ref().filter(|job| look.state(job) == Some(&JobState::Succeeded) && !look.is_done(job)) {
        look.record.begin(job, &topology.version);
        look.record.succeed();
    }
    let migrate = job.as_ref().map_or(Gate::Open, |job| look.migrate(job));
    let exists = job.as_ref().is_some_and(|job| look.state(job).is_some() || look.is_done(job));
    let noted = job.as_ref().is_some_and(|job| look.record.begun.as_ref() == Some(&job.name));
    let former = observed.previous.records.get(&service.name);
    let kept = former.into_iter().chain([&look.record]).flat_map(|record| [&record.done, &record.begun]);
    let kept = kept.flatten().filter(|name| job.as_ref().is_none_or(|job| job.name != **name)).cloned().collect();
    ServiceSteps {
        may_make: exists || (noted && migrate.is_open()),
        begins: job.is_some() && !exists && !noted && migrate.is_open(),
        migrate,
        rollout,
        waits_for_replacement: matches!(contract, Gate::Waits(Reason::ContractPending, _)),
        contract,
        kept,
        record: look.record,
        job,
    }
}

/// What the gates of one service are decided from.
pub(super) struct Look<'a> {
    pub(super) topology: &'a Topology,
    pub(super) service: &'a ServicePlan,
    provision: &'a JobPlan,
    pub(super) observed: &'a Observed,
    pub(super) record: Record,
}

impl<'a> Look<'a> {
    pub(super) fn name(&self) -> ServiceName {
        self.service.name
    }

    fn chosen(&self, wanted: &JobPlan) -> JobPlan {
        let noted = self.record.begun.iter().chain(&self.record.done).map(String::as_str);
        let known: Vec<_> = noted.chain(self.observed.jobs.keys().map(String::as_str)).collect();
        chosen(wanted.clone(), &known, self.observed)
    }

    pub(super) fn state(&self, job: &JobPlan) -> Option<&JobState> {
        self.observed.jobs.get(&job.name)
    }

    pub(super) fn is_done(&self, job: &JobPlan) -> bool {
        self.record.done.as_ref() == Some(&job.name)
    }

    fn migrate(&self, job: &JobPlan) -> Gate {
        if self.state(job).is_some() || self.is_done(job) {
            return Gate::Open;
        }
        if let Some(other) = self.unfinished_other(job) {
            return Gate::Waits(Reason::Migrating, format!("{}: Job {other} must end first", self.name()));
        }
        let provision = &self.provision.name;
        match self.observed.jobs.get(provision) {
            _ if !self.topology.provisions => Gate::Open,
            Some(JobState::Succeeded) => Gate::Open,
            Some(JobState::Failed { reason, message }) => {
                Gate::Blocked(Reason::ProvisionFailed, format!("Job {provision} failed ({reason}): {message}"))
            }
            Some(JobState::Running) => Gate::Waits(Reason::Provisioning, format!("Job {provision} is under way")),
            None => Gate::Waits(Reason::WaitingForDatabase, "schemas and users are not made yet".to_owned()),
        }
    }

    /// A migration of the same schema that was started for another state of the resource.
    fn unfinished_other(&self, job: &JobPlan) -> Option<&'a String> {
        self.observed.running(job).find(|name| **name != job.name)
    }

    /// `first` is the Job that must be done before.
    fn rollout(&self, first: Option<&JobPlan>, key: Option<&String>) -> Gate {
        if let Some(trouble) = key.filter(|_| self.name() == ServiceName::Auth) {
            return Gate::Blocked(Reason::SecretLost, trouble.clone());
        }
        let migrated = first.map_or(Gate::Open, |job| self.until_done(job, Reason::Migrating));
        if !migrated.is_open() {
            return migrated;
        }
        let accepted = rotation::gate(self.topology, self.provision, self.observed);
        if accepted.is_open() { order::service(self) } else { accepted }
    }

    /// Open when a Job is done.
    pub(super) fn until_done(&self, job: &JobPlan, under_way: Reason) -> Gate {
        let (service, name) = (self.name(), &job.name);
        match self.state(job) {
            _ if self.is_done(job) => Gate::Open,
            Some(JobState::Succeeded) => Gate::Open,
            Some(JobState::Failed { reason, message }) => {
                Gate::Blocked(Reason::MigrationFailed, failed(service, job, reason, message))
            }
            Some(JobState::Running) => Gate::Waits(under_way, format!("{service}: Job {name} is under way")),
            None => match self.migrate(job) {
                Gate::Open => Gate::Waits(under_way, format!("{service}: Job {name} starts")),
                closed => closed,
            },
        }
    }

    /// The service's own processes.
    pub(super) fn part(&self) -> Option<&crate::PartState> {
        self.observed.parts.get(&Component::Service(self.name()))
    }
}

/// Names Job, file and message: the program's message names the file it stopped at; where it said nothing, the
/// files that the Job was to run are named.
fn failed(service: ServiceName, job: &JobPlan, reason: &str, message: &str) -> String {
    let named = job.files.iter().any(|file| message.contains(&file.script));
    let files = if named || job.files.is_empty() {
        String::new()
    } else {
        let scripts: Vec<_> = job.files.iter().map(|file| file.script.as_str()).collect();
        format!(" while running {}", scripts.join(", "))
    };
    format!("{service}: migration Job {} failed ({reason}){files}: {message}", job.name)
}
