//! Which steps are allowed now. Provisioning waits for the database; a service's migration waits for provisioning; a
//! service's processes wait for its own migration, and for another service only where they need its release; what takes
//! away from a schema waits for everybody.

mod contract;
mod order;
mod rotation;
mod service;

pub use rotation::RotationStep;
pub use service::ServiceSteps;

use crate::{Component, JobPlan, JobState, Observed, SecretName, Topology};
use contract::Replaced;
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

/// All gates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// Secrets that must be made before anything else.
    pub secrets: Vec<SecretName>,
    /// Makes schemas and users.
    pub provision: JobPlan,
    /// It may exist.
    pub may_provision: Gate,
    /// Each service.
    pub services: BTreeMap<ServiceName, ServiceSteps>,
    /// The web application's processes may be made, or changed.
    pub web: Gate,
    /// The next step depends on whether pods of older releases still exist, and nobody has looked.
    pub asks_for_old_pods: bool,
    /// What becomes of the services' credentials.
    pub rotation: RotationStep,
    /// The key-encryption key is gone, or another one: what is wrong.
    pub key: Option<String>,
}

impl Steps {
    /// Decides from what was seen.
    pub fn decide(topology: &Topology, observed: &Observed) -> Self {
        let key = key_trouble(observed);
        let may_make = |name: &SecretName| *name != SecretName::Keys || key.is_none();
        let missing = topology.secrets.iter().map(|s| &s.name).filter(|name| !observed.secrets.has(name));
        let known: Vec<_> = observed.jobs.keys().map(String::as_str).collect();
        let provision = chosen(topology.provision.clone(), &known, observed);
        let replaced = contract::replaced(topology, observed);
        let step = |service| service::steps(topology, service, &provision, &replaced, key.as_ref(), observed);
        let mut services = topology.services.iter().map(|service| (service.name, step(service))).collect();
        order::turns(&mut services, topology, observed);
        let secrets: Vec<_> = missing.filter(|name| may_make(name)).cloned().collect();
        Self {
            rotation: rotation::step(topology, &provision, secrets.is_empty(), observed),
            secrets,
            may_provision: may_provision(topology, &provision, observed),
            provision,
            web: order::web(topology, observed),
            asks_for_old_pods: replaced == Replaced::NobodyLooked
                && services.values().any(|service| service.waits_for_replacement),
            services,
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

fn may_provision(topology: &Topology, job: &JobPlan, observed: &Observed) -> Gate {
    let exists = observed.jobs.contains_key(&job.name);
    let reachable = topology.database.is_none()
        || observed.parts.get(&Component::Database).is_some_and(|database| database.ready > 0);
    if exists {
        return Gate::Open;
    }
    // What one drops another one makes: they must not overtake each other.
    if let Some(other) = observed.running(job).next() {
        return Gate::Waits(Reason::Provisioning, format!("Job {other} must end first"));
    }
    if reachable {
        Gate::Open
    } else {
        Gate::Waits(Reason::WaitingForDatabase, "the database is not ready yet".to_owned())
    }
}

/// The Job among those `known` that does what is wanted, the wanted one where none does; and once it has failed, one
/// more for every new word of the annotation that asks for it. A word that was there before asks for nothing.
fn chosen(wanted: JobPlan, known: &[&str], observed: &Observed) -> JobPlan {
    let retry = observed.retry.as_deref().map(|retry| wanted.again(retry));
    let is_known = |job: &JobPlan| known.contains(&job.name.as_str());
    if let Some(retry) = retry.as_ref().filter(|retry| is_known(retry)) {
        return retry.clone();
    }
    let has_failed = |name: &str| matches!(observed.jobs.get(name), Some(JobState::Failed { .. }));
    let mut same = known.iter().copied().filter(|name| wanted.is_same(name));
    let first = same.next();
    match first.into_iter().chain(same).find(|name| !has_failed(name)).or(first) {
        None => retry.unwrap_or(wanted),
        Some(failed) if has_failed(failed) => retry.unwrap_or(JobPlan { name: failed.to_owned(), ..wanted }),
        Some(name) => JobPlan { name: name.to_owned(), ..wanted },
    }
}
