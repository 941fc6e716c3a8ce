//! What is applied a second time is not written: otherwise an operator at rest would write for ever.

use crate::harness::{World, resource};
use k8s_openapi::ByteString;
use kube::api::{Api, DynamicObject, Patch, PatchParams};
use securechat_operator_controller::kinds::Kind;
use securechat_operator_plan::{
    Component, Fingerprints, JobState, Known, Observed, PartState, Release, Releases, Request, Steps, topology,
};
use securechat_operator_render::{Cluster, Owner, SecretValues, edge, render};
use serde_json::Value;
use std::collections::BTreeSet;

/// Every object of a resource, as if everything had been migrated.
pub(crate) fn rendered(namespace: &str, spec: &str) -> Vec<Value> {
    let resource = serde_saphyr::from_str(&resource(spec)).unwrap();
    let release = Release::parse(include_str!("harness/release.yaml")).unwrap();
    let request = Request::check(&resource, &Releases::of(vec![release])).unwrap();
    let env = Cluster { instance: "acme".to_owned(), namespace: namespace.to_owned() };
    let topology = topology(&request, &env, &Known::default());
    let jobs = topology.services.iter().map(|service| &service.migration).chain([&topology.provision]);
    let observed = Observed {
        jobs: jobs.map(|job| (job.name.clone(), JobState::Succeeded)).collect(),
        parts: [(Component::Database, PartState { ready: 1, ..PartState::default() })].into(),
        secrets: Fingerprints(topology.secrets.iter().map(|secret| (secret.name.clone(), String::new())).collect()),
        ..Observed::default()
    };
    let values = topology.secrets.iter().map(|secret| {
        let entries = secret.entries.keys().map(|key| (key.clone(), ByteString(b"value".to_vec())));
        (secret.name.clone(), entries.collect())
    });
    let owner = Owner { namespace: namespace.to_owned(), name: "acme".to_owned(), uid: "u".to_owned() };
    let steps = Steps::decide(&topology, &observed);
    let files = edge(&topology).unwrap();
    let rendered =
        render(&topology, &steps, &owner, &observed.secrets, &SecretValues(values.collect()), &files).unwrap();
    let mut objects = rendered.to_json().unwrap();
    // The garbage collector would take what an unknown resource owns.
    for object in &mut objects {
        object["metadata"].as_object_mut().unwrap().remove("ownerReferences");
    }
    objects
}

/// Applies an object three times: the later ones write nothing.
pub(crate) async fn is_written_once(world: &World, object: &Value) {
    let kind = Kind::ALL.into_iter().find(|kind| object["kind"] == kind.as_str()).unwrap();
    let name = object["metadata"]["name"].as_str().unwrap();
    let api: Api<DynamicObject> = world.dynamic(&kind.resource());
    let parameters = PatchParams::apply("twice").force().validation_strict();
    let mut versions = BTreeSet::new();
    for _ in 0..3 {
        let applied = api.patch_metadata(name, &parameters, &Patch::Apply(object)).await;
        let applied = applied.unwrap_or_else(|error| panic!("{kind} {name}: {error}"));
        versions.insert(applied.metadata.resource_version);
    }
    assert_eq!(versions.len(), 1, "{kind} {name}");
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_written_once_however_often_it_is_applied() {
    let world = World::without_operator("twice").await;
    let everything = "services: {chats: {autoscaling: {maxReplicas: 4}}}, \
        gateway: {ingress: {className: nginx, annotations: {a/b: c}, tls: {secretName: chat-tls}}}, \
        networkPolicy: {metricsFrom: [{namespaceSelector: {matchLabels: {a: b}}, podSelector: {matchLabels: {c: d}}}]}, \
        mail: {host: 192.0.2.7, from: chat@example.org}";
    let mut kinds = BTreeSet::new();
    for object in rendered("twice", everything) {
        kinds.insert(object["kind"].as_str().unwrap().to_owned());
        is_written_once(&world, &object).await;
    }
    let ours = Kind::ALL.into_iter().filter(|kind| kind.is_ours() && !kind.is_foreign());
    assert_eq!(kinds, ours.map(|kind| kind.to_string()).collect(), "no kind is left out");
}
