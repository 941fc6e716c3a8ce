//! A platform as it is when everything that was asked for is done: what plans are made of, and what is printed.

use crate::reconcile::ReconcileError;
use k8s_openapi::ByteString;
use securechat_operator_plan::{
    Component, Fingerprints, GeneratedSecret, JobState, Known, Observed, PartState, Request, Steps, Topology, hash,
    topology,
};
use securechat_operator_render::{Cluster, Object, Owner, Prepared, Rendered, SecretValues, edge, render};
use std::collections::BTreeMap;

/// Every object as it is when all migrations have ended well. Secrets that do not exist yet have a placeholder for every
/// value.
///
/// # Errors
/// When the platform cannot be rendered.
pub fn whole(
    topology: &Topology,
    owner: &Owner,
    secrets: &Fingerprints,
    values: &SecretValues,
) -> Result<Rendered<Prepared>, ReconcileError> {
    let (mut fingerprints, mut values) = (secrets.clone(), values.clone());
    for secret in &topology.secrets {
        if !fingerprints.has(&secret.name) {
            fingerprints.0.insert(secret.name.clone(), String::new());
            values.0.insert(secret.name.clone(), placeholders(secret));
        }
    }
    let credentials = topology.credentials.rotation.label();
    let store = PartState { ready: 1, settled: true, credentials, ..PartState::default() };
    let observed = Observed {
        jobs: topology.jobs().map(|job| (job.name.clone(), JobState::Succeeded)).collect(),
        parts: [(Component::Database, store.clone()), (Component::Broker, store)].into(),
        secrets: fingerprints,
        ..Observed::default()
    };
    let steps = Steps::decide(topology, &observed);
    Ok(render(topology, &steps, owner, &observed.secrets, &values, &edge(topology)?)?)
}

fn placeholders(secret: &GeneratedSecret) -> BTreeMap<String, ByteString> {
    secret.entries.keys().map(|key| (key.clone(), ByteString(b"(generated)".to_vec()))).collect()
}

/// Fingerprint of all that a request asks for: its release's migrations, and every object but Jobs, whose turn depends
/// on what was done before. It does not depend on what exists, nor on secrets.
///
/// # Errors
/// As [`whole`].
pub fn desired(request: &Request, namespace: &str) -> Result<String, ReconcileError> {
    let env = Cluster { instance: request.instance.clone(), namespace: namespace.to_owned() };
    let topology = topology(request, &env, &Known::default());
    let owner = Owner { namespace: namespace.to_owned(), name: request.instance.clone(), uid: String::new() };
    let rendered = whole(&topology, &owner, &Fingerprints::default(), &SecretValues::default())?;
    let mut parts = vec![serde_json::to_string(request.release.as_ref())?, format!("{:?}", topology.secrets)];
    for object in without_jobs(&topology, &rendered) {
        parts.push(object.to_json()?.to_string());
    }
    Ok(hash::short(parts.iter().map(String::as_bytes), 8))
}

/// All objects but the Jobs of a topology and their configuration.
pub fn without_jobs<'a>(
    topology: &Topology,
    rendered: &'a Rendered<Prepared>,
) -> impl Iterator<Item = &'a dyn Object> + use<'a> {
    let names: Vec<_> = topology.jobs().map(|job| job.name.clone()).collect();
    rendered.objects().filter(move |object| !names.contains(&object.name()))
}
