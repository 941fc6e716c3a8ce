//! Who waits for whom. Only a service that says so in its release needs another one's release. Beyond that services take
//! turns, so that migrations and starting processes leave those that serve their share of the nodes, and a bad release
//! stops early.

use super::service::Look;
use super::{Gate, ServiceSteps};
use crate::release::order;
use crate::{Component, Observed, PartState, Topology};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::Reason;
use std::collections::BTreeMap;

/// Whether a service may come to its release for all the others.
pub(super) fn service(look: &Look<'_>) -> Gate {
    let (topology, observed, name) = (look.topology, look.observed, look.name());
    if !changes(look.part(), topology) {
        return Gate::Open;
    }
    for (callee, since) in &look.service.needs {
        if let Some(runs) = observed.oldest(*callee).filter(|runs| order(runs).as_ref() < Some(since)) {
            let text = format!("{name} needs {callee} {since} or newer, which still runs {runs}");
            return Gate::Waits(Reason::WaitingForService, text);
        }
    }
    let leaving = ServiceName::ALL.into_iter().find(|caller| still_needs_more(*caller, name, topology, observed));
    match leaving {
        Some(caller) => {
            let text = format!("{name} stays until {caller} has left its release, which needs it");
            Gate::Waits(Reason::WaitingForService, text)
        }
        None => Gate::Open,
    }
}

/// Whether a service comes to another release. What runs it already only follows its configuration, and what is new
/// disturbs nobody.
fn changes(part: Option<&PartState>, topology: &Topology) -> bool {
    part.is_some_and(|part| part.version != topology.version)
}

/// Lets no more services be on their way to the release than the resource allows. The way begins with the migration.
pub(super) fn turns(services: &mut BTreeMap<ServiceName, ServiceSteps>, topology: &Topology, observed: &Observed) {
    let part = |name: ServiceName| observed.parts.get(&Component::Service(name));
    let starts = |name| part(name).is_some_and(|part| part.version == topology.version && !part.settled);
    let is_going = |(name, steps): &(&ServiceName, &ServiceSteps)| starts(**name) || steps.migrates(observed);
    let mut going: Vec<_> = services.iter().filter(is_going).map(|(name, _)| *name).collect();
    for (name, steps) in services.iter_mut().filter(|(name, _)| changes(part(**name), topology)) {
        if going.contains(name) || !(steps.begins || steps.rollout.is_open()) {
            continue;
        }
        if going.len() < topology.parallelism as usize {
            going.push(*name);
            continue;
        }
        let others = going.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let begins = std::mem::take(&mut steps.begins);
        let text = if begins {
            format!("{name}: its migration comes after {others}")
        } else {
            format!("{name} comes to {} after {others}", topology.version)
        };
        let waits = Gate::Waits(Reason::WaitingForService, text);
        if begins {
            steps.migrate = waits.clone();
        }
        if !matches!(steps.rollout, Gate::Blocked(..)) {
            steps.rollout = waits;
        }
    }
}

/// Whether a caller runs, or still runs, a release that needs a newer callee than the one asked for: on the way back
/// callers go first.
fn still_needs_more(caller: ServiceName, callee: ServiceName, topology: &Topology, observed: &Observed) -> bool {
    let settled = observed.parts.get(&Component::Service(caller)).is_some_and(|part| part.settled);
    let served = observed.previous.served.get(&caller).filter(|_| !settled).map(String::as_str);
    let releases = observed.runs(caller).into_iter().chain(served).filter_map(|v| observed.releases.find(v));
    let needed = releases.filter_map(|release| release.needs(caller).get(&callee));
    needed.max().is_some_and(|since| Some(since) > order(&topology.version).as_ref())
}

/// The web application of a newer release calls what older services do not have: it comes after all of them.
pub(super) fn web(topology: &Topology, observed: &Observed) -> Gate {
    let goes_forward =
        |part: &PartState| part.version != topology.version && order(&part.version) < order(&topology.version);
    if !observed.parts.get(&Component::Web).is_some_and(goes_forward) {
        return Gate::Open;
    }
    let is_behind = |service: &ServiceName| {
        !observed
            .parts
            .get(&Component::Service(*service))
            .is_some_and(|part| part.version == topology.version && part.settled)
    };
    match ServiceName::ALL.into_iter().find(is_behind) {
        Some(service) => {
            let text = format!("web waits until {service} runs {}", topology.version);
            Gate::Waits(Reason::WaitingForService, text)
        }
        None => Gate::Open,
    }
}
