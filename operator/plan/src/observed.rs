//! What was seen, in plain values.

use crate::{Component, SecretName, SecretUse};
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
    /// Secrets that the resource names and that are missing, or lack a key: sentences.
    pub missing_secrets: Vec<String>,
    /// Whether the managed database's volume exists.
    pub database_volume: bool,
    /// How far what stands in front of the gateway is.
    pub fronts: BTreeMap<Front, FrontState>,
    /// What the status said before.
    pub previous: Previous,
}

/// A Deployment or StatefulSet, or the processes of a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartState {
    /// The release that it was told to run.
    pub version: String,
    /// How many there should be.
    pub desired: u32,
    /// How many are ready.
    pub ready: u32,
    /// Whether there are as many as there should be, all of the present template.
    pub settled: bool,
    /// Whether those that there are, at least one, are of the present template.
    pub current: bool,
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
    /// The conditions that were true.
    pub holds: BTreeSet<ConditionType>,
    /// The Job that brought each service's schema where it is.
    pub migrated: BTreeMap<ServiceName, String>,
    /// The release that each service served.
    pub served: BTreeMap<ServiceName, String>,
    /// Fingerprint of the key-encryption key.
    pub key_fingerprint: Option<String>,
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
