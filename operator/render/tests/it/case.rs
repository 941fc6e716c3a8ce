//! A resource, as a file, through the real check, plan and render.

use k8s_openapi::ByteString;
use securechat_operator_api::SecureChat;
use securechat_operator_plan::{
    Fingerprints, JobState, Known, Observed, PartState, Release, Releases, Request, SecretName, Steps, Topology,
    topology,
};
use securechat_operator_render::{Cluster, EdgeFiles, Owner, Prepared, RenderError, Rendered, SecretValues, render};
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) const CASES: [&str; 3] = ["minimal", "everything", "external"];

/// A case's resource.
pub(crate) fn resource(case: &str) -> SecureChat {
    let path = format!("{}/tests/cases/{case}.yaml", env!("CARGO_MANIFEST_DIR"));
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn plan(case: &str) -> Topology {
    plan_of(&resource(case), &Fingerprints::default())
}

pub(crate) fn plan_of(resource: &SecureChat, fingerprints: &Fingerprints) -> Topology {
    let release = Release::parse(include_str!("../cases/release.yaml")).unwrap();
    let request = Request::check(resource, &Releases::of(vec![release])).unwrap();
    let env = Cluster { instance: "acme".into(), namespace: "talk".into() };
    topology(&request, &env, &Known { fingerprints: fingerprints.clone(), ..Known::default() })
}

/// Everything has been provisioned and migrated.
pub(crate) fn migrated(topology: &Topology) -> Observed {
    let jobs = topology.services.iter().map(|s| &s.migration).chain([&topology.provision]);
    Observed {
        jobs: jobs.map(|job| (job.name.clone(), JobState::Succeeded)).collect(),
        parts: [(securechat_operator_plan::Component::Database, PartState { ready: 1, ..PartState::default() })].into(),
        secrets: existing(topology),
        ..Observed::default()
    }
}

pub(crate) fn existing(topology: &Topology) -> Fingerprints {
    Fingerprints(topology.secrets.iter().map(|s| (s.name.clone(), format!("print-of-{}", s.name))).collect())
}

/// The same passwords every time.
pub(crate) fn values(topology: &Topology) -> SecretValues {
    let values = |name: &SecretName, keys: Vec<&String>| -> BTreeMap<String, ByteString> {
        keys.into_iter().map(|key| (key.clone(), ByteString(format!("{name}/{key}").into_bytes()))).collect()
    };
    let all = topology.secrets.iter().map(|s| (s.name.clone(), values(&s.name, s.entries.keys().collect())));
    SecretValues(all.collect())
}

pub(crate) fn edge() -> EdgeFiles {
    EdgeFiles(BTreeMap::from([("bootstrap.json".into(), "{}\n".into()), ("lds.json".into(), "resources: []\n".into())]))
}

pub(crate) fn rendered(topology: &Topology, observed: &Observed) -> Rendered<Prepared> {
    try_rendered(topology, observed).unwrap()
}

pub(crate) fn try_rendered(topology: &Topology, observed: &Observed) -> Result<Rendered<Prepared>, RenderError> {
    let owner =
        Owner { namespace: "talk".into(), name: "acme".into(), uid: "0190a1b2-0000-7000-8000-00000000000a".into() };
    let steps = Steps::decide(topology, observed);
    render(topology, &steps, &owner, &observed.secrets, &values(topology), &edge())
}

/// All objects as the API server would get them.
pub(crate) fn objects<S>(rendered: &Rendered<S>) -> Vec<Value> {
    rendered.to_json().unwrap()
}

pub(crate) fn name(object: &Value) -> String {
    let component = object["metadata"]["labels"]["app.kubernetes.io/component"].as_str().unwrap();
    let kind = object["kind"].as_str().unwrap();
    format!("{component}-{kind}-{}", object["metadata"]["name"].as_str().unwrap()).to_lowercase()
}
