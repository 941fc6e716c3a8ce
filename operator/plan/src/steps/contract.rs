//! What takes away from a schema runs last: when every process of every service runs the release, and none of an older
//! one is left.

use super::Gate;
use super::service::Look;
use crate::{Class, Component, JobPlan, Observed, Topology};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::Reason;

/// Whether all processes are of the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Replaced {
    /// Yes.
    All,
    /// The new ones serve; whether old ones still end, nobody has looked.
    NobodyLooked,
    /// No: who is not.
    Not(String),
}

/// Judges all services and the web application.
pub(super) fn replaced(topology: &Topology, observed: &Observed) -> Replaced {
    let components = ServiceName::ALL.into_iter().map(Component::Service).chain([Component::Web]);
    for component in components {
        let Some(part) = observed.parts.get(&component) else {
            return Replaced::Not(format!("{component} does not exist"));
        };
        if part.version != topology.version {
            return Replaced::Not(format!("{component} runs {}", part.version));
        }
        if !part.settled || part.ready < part.desired {
            return Replaced::Not(format!("{component}: {} of {} ready", part.ready, part.desired));
        }
    }
    match observed.old_pods {
        None => Replaced::NobodyLooked,
        Some(0) => Replaced::All,
        Some(1) => Replaced::Not("one older pod still ends".to_owned()),
        Some(n) => Replaced::Not(format!("{n} older pods still end")),
    }
}

/// Whether the last Job of a service is done, and whether it is its turn. `served`: its own processes may roll out.
pub(super) fn gate(look: &Look<'_>, last: &JobPlan, served: bool, replaced: &Replaced) -> (Gate, bool) {
    let begun = look.record.begun.as_ref() == Some(&last.name) || look.state(last).is_some();
    if begun || (served && *replaced == Replaced::All) {
        return (look.until_done(last, Reason::Contracting), true);
    }
    let waits_for = match replaced {
        Replaced::Not(who) => who.as_str(),
        Replaced::All => "its own migration comes first",
        Replaced::NobodyLooked => "older pods may still end",
    };
    let pending = look.record.pending(&last.files);
    let files: Vec<_> =
        pending.iter().filter(|file| file.class == Class::Contract).map(|file| file.script.as_str()).collect();
    let (name, files, version) = (look.name(), files.join(", "), &look.topology.version);
    let text = format!("{name}: {files} waits until everything runs {version} ({waits_for})");
    (Gate::Waits(Reason::ContractPending, text), false)
}
