//! Which steps are allowed now. Provisioning waits for the database; a service's migration waits for provisioning;
//! a service's processes wait for its own migration, and for nobody else's.

use crate::{JobPlan, JobState, Observed, SecretName, ServicePlan, Topology};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::Reason;
use std::collections::BTreeMap;

/// Whether a step may be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// Yes.
    Open,
    /// Not yet: it passes by itself.
    Waits(Reason, String),
    /// No: somebody must act.
    Blocked(Reason, String),
}

impl Gate {
    /// Whether the step may be taken.
    pub fn is_open(&self) -> bool {
        *self == Self::Open
    }
}

/// The gates of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSteps {
    /// Its migration Job may exist.
    pub migrate: Gate,
    /// Its processes may be made, or changed. While they may not, those that run are left as they are.
    pub rollout: Gate,
}

/// All gates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// Secrets that must be made before anything else.
    pub secrets: Vec<SecretName>,
    /// The provisioning Job may exist.
    pub provision: Gate,
    /// Each service.
    pub services: BTreeMap<ServiceName, ServiceSteps>,
    /// The key-encryption key is gone, or another one: what is wrong.
    pub key: Option<String>,
}

impl Steps {
    /// Decides from what was seen.
    pub fn decide(topology: &Topology, observed: &Observed) -> Self {
        let key = key_trouble(observed);
        let may_make = |name: &SecretName| *name != SecretName::Keys || key.is_none();
        let missing = topology.secrets.iter().map(|s| &s.name).filter(|name| !observed.secrets.has(name));
        let provision = provision(topology, observed);
        let services = topology.services.iter().map(|service| {
            let migrate = migrate(topology, service, observed);
            let rollout = match &key {
                Some(trouble) if service.name == ServiceName::Auth => {
                    Gate::Blocked(Reason::SecretLost, trouble.clone())
                }
                _ => rollout(service, &migrate, observed),
            };
            (service.name, ServiceSteps { migrate, rollout })
        });
        Self {
            secrets: missing.filter(|name| may_make(name)).cloned().collect(),
            provision,
            services: services.collect(),
            key,
        }
    }
}

fn key_trouble(observed: &Observed) -> Option<String> {
    let known = observed.previous.key_fingerprint.as_ref();
    match (observed.secrets.0.get(&SecretName::Keys), known) {
        (None, Some(_)) => Some("the Secret with the key-encryption key is gone: put it back from a backup".to_owned()),
        (None, None) if observed.database_volume => {
            Some("the database's volume exists and the Secret with its key-encryption key does not".to_owned())
        }
        (Some(found), Some(known)) if found != known => {
            Some("the Secret holds another key-encryption key than the database was written with".to_owned())
        }
        _ => None,
    }
}

fn provision(topology: &Topology, observed: &Observed) -> Gate {
    let exists = observed.jobs.contains_key(&topology.provision.name);
    let reachable = topology.database.is_none()
        || observed.parts.get(&crate::Component::Database).is_some_and(|database| database.ready > 0);
    if exists || reachable {
        Gate::Open
    } else {
        Gate::Waits(Reason::WaitingForDatabase, "the database is not ready yet".to_owned())
    }
}

fn migrate(topology: &Topology, service: &ServicePlan, observed: &Observed) -> Gate {
    let own = &service.migration.name;
    if observed.jobs.contains_key(own) || observed.previous.migrated.get(&service.name) == Some(own) {
        return Gate::Open;
    }
    if let Some(other) = unfinished_other(service, observed) {
        return Gate::Waits(Reason::Migrating, format!("{}: Job {other} must end first", service.name));
    }
    match observed.jobs.get(&topology.provision.name) {
        _ if !topology.provisions => Gate::Open,
        Some(JobState::Succeeded) => Gate::Open,
        Some(JobState::Failed { reason, message }) => Gate::Blocked(
            Reason::ProvisionFailed,
            format!("Job {} failed ({reason}): {message}", topology.provision.name),
        ),
        Some(JobState::Running) => {
            Gate::Waits(Reason::Provisioning, format!("Job {} is under way", topology.provision.name))
        }
        None => Gate::Waits(Reason::WaitingForDatabase, "schemas and users are not made yet".to_owned()),
    }
}

/// A migration of the same schema that was started for another state of the resource.
fn unfinished_other<'a>(service: &ServicePlan, observed: &'a Observed) -> Option<&'a String> {
    let (prefix, _) = service.migration.name.rsplit_once('-')?;
    observed
        .jobs
        .iter()
        .filter(|(name, state)| **name != service.migration.name && **state == JobState::Running)
        .find(|(name, _)| name.rsplit_once('-').is_some_and(|(p, _)| p == prefix))
        .map(|(name, _)| name)
}

fn rollout(service: &ServicePlan, migrate: &Gate, observed: &Observed) -> Gate {
    let job = &service.migration;
    if observed.previous.migrated.get(&service.name) == Some(&job.name) {
        return Gate::Open;
    }
    match observed.jobs.get(&job.name) {
        Some(JobState::Succeeded) => Gate::Open,
        Some(JobState::Failed { reason, message }) => {
            Gate::Blocked(Reason::MigrationFailed, failed(service.name, job, reason, message))
        }
        Some(JobState::Running) => {
            Gate::Waits(Reason::Migrating, format!("{}: Job {} is under way", service.name, job.name))
        }
        None if migrate.is_open() => {
            Gate::Waits(Reason::Migrating, format!("{}: Job {} starts", service.name, job.name))
        }
        None => migrate.clone(),
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
