//! New credentials: the stores learn of them before any process gets them, and forget the old ones when no process has
//! them any more. Every stage is remembered before anything is done for it.

use super::Gate;
use crate::{Component, CredentialSet, Credentials, JobPlan, JobState, Observed, PartState, Rotation, Topology};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::Reason;

/// What becomes of the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationStep {
    /// What is to be remembered.
    pub after: Credentials,
    /// What the next stage waits for, in a sentence.
    pub waits: Option<String>,
    /// Whether it depends on how many pods have the former credentials, and nobody has looked.
    pub asks_for_former_pods: bool,
}

/// Decides from what was seen. `complete`: no Secret is missing.
pub(super) fn step(topology: &Topology, provision: &JobPlan, complete: bool, observed: &Observed) -> RotationStep {
    let before = &topology.credentials;
    let stays = |waits: Option<String>| RotationStep { after: before.clone(), waits, asks_for_former_pods: false };
    let goes = |rotation| RotationStep { after: Credentials { rotation, ..before.clone() }, ..stays(None) };
    match before.rotation {
        Rotation::Rest(set) => match observed.rotate.as_ref().filter(|word| before.asked.as_ref() != Some(word)) {
            None => stays(None),
            // Its passwords would be used once more.
            Some(_) if topology.rotates && set.next().secret().is_some_and(|secret| observed.secrets.has(&secret)) => {
                stays(Some(format!("credentials {} of an earlier rotation must be gone first", set.next())))
            }
            Some(word) => {
                let rotation = if topology.rotates { Rotation::Preparing(set, set.next()) } else { before.rotation };
                RotationStep { after: Credentials { rotation, asked: Some(word.clone()) }, ..stays(None) }
            }
        },
        Rotation::Preparing(from, to) => match not_accepted(topology, provision, observed) {
            _ if !complete => stays(Some(format!("credentials {to} are made"))),
            Some(why) => stays(Some(why)),
            None => goes(Rotation::Moving(from, to)),
        },
        Rotation::Moving(from, to) => match (held_up(to, topology, provision, observed), observed.former_pods) {
            (Some(why), _) => stays(Some(why)),
            (None, None) => {
                let why = format!("whether everything uses credentials {to} must be looked at");
                RotationStep { asks_for_former_pods: true, ..stays(Some(why)) }
            }
            (None, Some(0)) => goes(Rotation::Dropping(from, to)),
            (None, Some(n)) => stays(Some(format!("pods with older credentials than {to} still end: {n}"))),
        },
        Rotation::Dropping(from, to) => match not_accepted(topology, provision, observed) {
            Some(why) => stays(Some(why)),
            None if from.secret().is_some_and(|secret| observed.secrets.has(&secret)) => {
                stays(Some(format!("the Secret with credentials {from} is deleted")))
            }
            None => goes(Rotation::Rest(to)),
        },
    }
}

/// No process is started with credentials that a store may refuse.
pub(super) fn gate(topology: &Topology, provision: &JobPlan, observed: &Observed) -> Gate {
    match topology.credentials.rotation {
        Rotation::Moving(..) => not_accepted(topology, provision, observed)
            .map_or(Gate::Open, |why| Gate::Waits(Reason::RotatingCredentials, why)),
        // As before any rotation: a process waits for its stores by itself.
        Rotation::Rest(_) | Rotation::Preparing(..) | Rotation::Dropping(..) => Gate::Open,
    }
}

/// Why a store may not know yet which credentials are good.
fn not_accepted(topology: &Topology, provision: &JobPlan, observed: &Observed) -> Option<String> {
    let job = &provision.name;
    match observed.jobs.get(job) {
        _ if !topology.provisions => {}
        Some(JobState::Succeeded) => {}
        Some(JobState::Failed { reason, .. }) => {
            return Some(format!("Job {job}, which tells the database which credentials are good, failed ({reason})"));
        }
        Some(JobState::Running) | None => {
            return Some(format!("Job {job} tells the database which credentials are good"));
        }
    }
    let wanted = topology.credentials.rotation.label();
    let knows = |broker: &PartState| broker.credentials == wanted && broker.settled && broker.ready > 0;
    let broker = topology.broker.is_none() || observed.parts.get(&Component::Broker).is_some_and(knows);
    (!broker).then(|| "the broker starts with the credentials that are good".to_owned())
}

/// Why not everything can have come to `set` yet, as far as it can be told without looking at pods.
fn held_up(set: CredentialSet, topology: &Topology, provision: &JobPlan, observed: &Observed) -> Option<String> {
    not_accepted(topology, provision, observed).or_else(|| in_use(set, observed))
}

/// Why something may still be in use of older credentials than `set`, as far as it can be told without looking at pods.
fn in_use(set: CredentialSet, observed: &Observed) -> Option<String> {
    let wanted = set.label();
    let is_of = |part: &PartState| part.credentials == wanted && (part.settled || part.current);
    let other = ServiceName::ALL
        .into_iter()
        .find(|service| !observed.parts.get(&Component::Service(*service)).is_some_and(is_of));
    if let Some(service) = other {
        return Some(format!("{service} is replaced by pods with credentials {set}"));
    }
    // Migrations sign in, too.
    let job = observed.jobs.iter().find(|(_, state)| **state == JobState::Running);
    job.map(|(name, _)| format!("Job {name} may have older credentials than {set}"))
}
