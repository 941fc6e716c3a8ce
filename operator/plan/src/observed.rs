//! What was seen, in plain values.

use crate::release::order;
use crate::{Component, Credentials, JobPlan, Record, Releases, SecretName, SecretUse};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::ConditionType;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a plan depends on beside the request.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The long-running parts that exist.
    pub parts: BTreeMap<Component, PartState>,
    /// The Jobs that exist, by name.
    pub jobs: BTreeMap<String, JobState>,
    /// The secrets that exist.
    pub secrets: Fingerprints,
    /// The accounts whose first passwords are there.
    pub accounts: BTreeSet<String>,
    /// Secrets that the resource names and that are missing, or lack a key: sentences.
    pub missing_secrets: Vec<String>,
    /// Whether the managed database's volume exists.
    pub database_volume: bool,
    /// How far what stands in front of the gateway is.
    pub fronts: BTreeMap<Front, FrontState>,
    /// The releases that are known.
    pub releases: Releases,
    /// What the resource's annotation says that asks for failed Jobs to be run once more.
    pub retry: Option<String>,
    /// What the resource's annotation says that asks for new credentials.
    pub rotate: Option<String>,
    /// How many pods of services sign in with another set of credentials than the one that is used; absent where nobody
    /// looked.
    pub former_pods: Option<usize>,
    /// How many pods of other releases than the asked-for one still exist; absent where nobody looked.
    pub old_pods: Option<usize>,
    /// What the status said before.
    pub previous: Previous,
}

impl Observed {
    /// What is known of a service's schema now.
    pub(crate) fn record(&self, service: ServiceName) -> Record {
        let mut record = self.previous.records.get(&service).cloned().unwrap_or_default();
        if record.begun.as_ref().is_some_and(|job| self.jobs.get(job) == Some(&JobState::Succeeded)) {
            record.succeed();
        }
        // The status was lost, and pods of a known release run on the schema.
        if record == Record::default()
            && let Some(release) = self.runs(service).and_then(|version| self.releases.find(version))
        {
            return Record::of_release(release, service);
        }
        record
    }

    /// The Jobs under way that work on the same schema as this one, itself among them.
    pub(crate) fn running(&self, job: &JobPlan) -> impl Iterator<Item = &String> {
        let running = self.jobs.iter().filter(|(_, state)| **state == JobState::Running);
        running.map(|(name, _)| name).filter(|name| job.is_of_family(name))
    }

    /// Whether a service never ran, so that no pod of it can be disturbed.
    pub(crate) fn is_new(&self, service: ServiceName) -> bool {
        self.runs(service).is_none() && !self.previous.served.contains_key(&service)
    }

    /// The release that a service's pods run, or come to.
    pub(crate) fn runs(&self, service: ServiceName) -> Option<&str> {
        let part = self.parts.get(&Component::Service(service))?;
        Some(part.version.as_str()).filter(|version| !version.is_empty())
    }

    /// The oldest release that a service's pods may run: while they are replaced, the one before, too.
    pub(crate) fn oldest(&self, service: ServiceName) -> Option<&str> {
        let runs = self.runs(service)?;
        let settled = self.parts.get(&Component::Service(service)).is_some_and(|part| part.settled);
        let served = self.previous.served.get(&service).filter(|_| !settled).map_or(runs, String::as_str);
        Some(if order(served) < order(runs) { served } else { runs })
    }
}

/// A Deployment or StatefulSet, or the processes of a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartState {
    /// The release that it was told to run.
    pub version: String,
    /// How many there should be.
    pub desired: u32,
    /// How many are ready, and known to everybody.
    pub ready: u32,
    /// Whether there are as many as there should be, all of the present template.
    pub settled: bool,
    /// Whether those that there are, at least one, are of the present template.
    pub current: bool,
    /// The sets of credentials that the present template knows of; none as long as there was never but the first.
    pub credentials: Option<String>,
}

/// What stands in front of the gateway, and is served by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Front {
    /// An HTTPRoute.
    Route,
    /// The certificate that cert-manager issues.
    Certificate,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FrontState {
    /// The cluster does not know such objects.
    Unknown,
    /// Somebody has still to answer: what is known.
    Pending(String),
    /// Somebody said no: why.
    Refused(String),
    /// It works.
    Done,
}

/// How far a Job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// It waits for a node, runs, or tries again.
    Running,
    /// It ended well.
    Succeeded,
    /// It ended badly and will not try again.
    Failed {
        /// Kubernetes' word for it.
        reason: String,
        /// What the program said last, else what Kubernetes says.
        message: String,
    },
}

/// The state that the resource's status told last time.
#[derive(Debug, Clone, Default)]
pub struct Previous {
    /// The conditions that were true, and those whose parts served before they failed.
    pub held: BTreeSet<ConditionType>,
    /// What each service's schema has.
    pub records: BTreeMap<ServiceName, Record>,
    /// The release that each service served.
    pub served: BTreeMap<ServiceName, String>,
    /// Fingerprint of the key-encryption key.
    pub key_fingerprint: Option<String>,
    /// How far the last rotation of credentials was.
    pub credentials: Option<Credentials>,
    /// The accounts whose first passwords were made.
    pub accounts: Option<BTreeSet<String>>,
}

/// What is known of secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Their contents, told apart, so that a secret made anew is provisioned anew; they may be empty.
    pub fingerprints: Fingerprints,
    /// Which passwords of services are in use.
    pub credentials: Credentials,
    /// Accounts whose first passwords are gone.
    pub lost_accounts: BTreeSet<String>,
}

/// Contents of secrets, told apart without being told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprints(pub BTreeMap<SecretName, String>);

impl Fingerprints {
    /// One text for all secrets that somebody reads.
    pub fn of(&self, secrets: &SecretUse) -> String {
        let one = |name| format!("{name}={}", self.0.get(name).map_or("", String::as_str));
        secrets.0.keys().map(one).collect::<Vec<_>>().join(",")
    }

    /// Whether a secret exists.
    pub fn has(&self, name: &SecretName) -> bool {
        self.0.contains_key(name)
    }
}
