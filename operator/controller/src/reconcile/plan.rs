//! The pure steps between reading and rendering.

use super::dereference::Dereferenced;
use crate::kinds::Kind;
use crate::store::{Child, ChildKey, Key, Progress};
use securechat_operator_api::SecureChat;
use securechat_operator_plan::{
    Component, Credentials, Fingerprints, Front, FrontState, Known, Observed, PartState, Releases, Request, SecretName,
    Steps, Topology, lost_accounts, topology,
};
use securechat_operator_render::{Cluster, fingerprint, names};
use std::collections::BTreeMap;

/// What is to be done.
pub(super) struct Planned {
    /// The whole platform.
    pub(super) topology: Topology,
    /// What of it may be done now.
    pub(super) steps: Steps,
    /// What both depend on.
    pub(super) observed: Observed,
}

/// What the resource says beside its spec, and the operator beside the cluster.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) releases: &'a Releases,
    /// The annotation that asks for failed Jobs to be run once more.
    pub(super) retry: Option<&'a String>,
    /// The annotation that asks for new credentials.
    pub(super) rotate: Option<&'a String>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(resource: &'a SecureChat, releases: &'a Releases) -> Self {
        let annotation = |name| resource.metadata.annotations.as_ref().and_then(|all| all.get(name));
        Self { releases, retry: annotation(names::RETRY), rotate: annotation(names::ROTATE) }
    }
}

/// Plans one request from what was read.
pub(super) fn plan(request: &Request, key: &Key, asked: &Asked<'_>, seen: &Dereferenced) -> Planned {
    let env = Cluster { instance: request.instance.clone(), namespace: key.namespace.clone() };
    let fingerprints = seen.values.0.iter().map(|(name, data)| (name.clone(), fingerprint(Some(data))));
    let mut secrets = Fingerprints(fingerprints.collect());
    let credentials = seen.previous.credentials.clone();
    let credentials = credentials.unwrap_or_else(|| Credentials::recalled(&secrets, asked.rotate));
    let claim = format!("data-{}-0", names::component(&request.instance, Component::Database));
    let database_volume = seen.children.contains_key(&(Kind::PersistentVolumeClaim, claim.into()));
    let accounts = seen.values.0.get(&SecretName::Accounts).into_iter().flat_map(|data| data.keys().cloned()).collect();
    let lost_accounts = lost_accounts(request, &accounts, &seen.previous, database_volume);
    let known = Known { fingerprints: secrets.clone(), credentials, lost_accounts };
    let topology = topology(request, &env, &known);
    // A generated Secret that lacks an entry counts as missing: it is completed before anything else.
    for generated in &topology.secrets {
        let found = seen.values.0.get(&generated.name);
        if found.is_some_and(|found| generated.entries.keys().any(|key| !found.contains_key(key))) {
            secrets.0.remove(&generated.name);
        }
    }
    let observed = Observed {
        accounts,
        parts: parts(request, &seen.children),
        jobs: seen.jobs.clone(),
        missing_secrets: missing(&topology, seen),
        fronts: fronts(request, seen),
        releases: asked.releases.clone(),
        retry: asked.retry.cloned(),
        rotate: asked.rotate.cloned(),
        former_pods: seen.former_pods,
        old_pods: seen.old_pods,
        database_volume,
        previous: seen.previous.clone(),
        secrets,
    };
    let steps = Steps::decide(&topology, &observed);
    Planned { topology, steps, observed }
}

/// How far each part is.
pub(super) fn parts(request: &Request, children: &BTreeMap<ChildKey, Child>) -> BTreeMap<Component, PartState> {
    let of = |component: Component| {
        let kind = match component {
            Component::Database | Component::Broker | Component::Cache => Kind::StatefulSet,
            Component::Service(_) | Component::Web | Component::Gateway => Kind::Deployment,
        };
        let child = children.get(&(kind, names::component(&request.instance, component).into()))?;
        let part = match &child.progress {
            Progress::Part(part) => part.as_ref().clone(),
            // Just written: the watch has not told of it yet.
            Progress::None | Progress::Job(_) | Progress::Front(_) => PartState { desired: 1, ..PartState::default() },
        };
        Some((component, part))
    };
    Component::all().filter_map(of).collect()
}

fn fronts(request: &Request, seen: &Dereferenced) -> BTreeMap<Front, FrontState> {
    let name = names::component(&request.instance, Component::Gateway);
    let state = |kind: Kind| match seen.children.get(&(kind, name.as_str().into())).map(|child| &child.progress) {
        _ if seen.unknown.contains(&kind) => Some(FrontState::Unknown),
        Some(Progress::Front(state)) => Some(state.as_ref().clone()),
        _ => None,
    };
    let all = [(Front::Route, Kind::HttpRoute), (Front::Certificate, Kind::Certificate)];
    all.into_iter().filter_map(|(front, kind)| Some((front, state(kind)?))).collect()
}

/// Secrets that somebody else must make and did not.
fn missing(topology: &Topology, seen: &Dereferenced) -> Vec<String> {
    let processes = topology.services.iter().flat_map(|s| [&s.process.secrets, &s.migration.secrets]);
    let mut sentences = Vec::new();
    for used in processes.chain([&topology.provision.secrets, &topology.gateway.secrets]) {
        for (secret, keys) in used.0.iter().filter(|(name, _)| matches!(name, SecretName::External(_))) {
            let found = seen.values.0.get(secret);
            match found {
                None => sentences.push(format!("Secret {secret} does not exist")),
                Some(found) => {
                    let lacking = keys.iter().filter(|key| !found.contains_key(*key));
                    sentences.extend(lacking.map(|key| format!("Secret {secret} lacks the key '{key}'")));
                }
            }
        }
    }
    sentences.sort();
    sentences.dedup();
    sentences
}
