//! Plans of whole resources, without a cluster.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test has no better use for an error than to end with it")]

mod accounts;
mod change;
mod conditions;
mod contract;
mod order;
mod patches;
mod releases;
mod request;
mod retry;
mod rotation;
mod seeded;
mod steps;
mod topology;

use securechat_operator_api::SecureChat;
use securechat_operator_plan::{
    Component, Endpoint, Environment, Fingerprints, JobState, Known, Observed, PartState, Port, Reader, Release,
    Releases, Request, SecretKey, Topology, topology,
};
use std::net::SocketAddr;
use std::path::PathBuf;

/// One machine: every part on loopback.
struct Machine;

impl Environment for Machine {
    fn reach(&self, component: Component, port: Port) -> Endpoint {
        Endpoint { host: "127.0.0.1".to_owned(), port: self.listen(component, port).port() }
    }

    fn listen(&self, component: Component, port: Port) -> SocketAddr {
        let part = Component::all().position(|c| c == component).unwrap();
        let port = component.ports().iter().position(|p| *p == port).unwrap();
        SocketAddr::from(([127, 0, 0, 1], u16::try_from(9_000 + part * 10 + port).unwrap()))
    }

    fn secret_file(&self, _: Reader, key: &SecretKey) -> PathBuf {
        format!("/secrets/{}/{}", key.secret, key.key).into()
    }

    fn web_root(&self) -> PathBuf {
        "/web".into()
    }
}

fn releases() -> Releases {
    let yaml = "version: 1.2.3\nservices:\n\
                - {service: users, migrations: [{script: V1__users.sql, version: 1, checksum: 7, class: expand}]}\n";
    Releases::of(vec![Release::parse(yaml).unwrap()])
}

/// A resource whose spec says this beside version and URL.
fn resource(spec: &str) -> SecureChat {
    let text = format!(
        "apiVersion: securechat.io/v1alpha1\nkind: SecureChat\nmetadata: {{name: acme}}\n\
         spec: {{version: 1.2.3, publicUrl: 'https://chat.example.org', {spec}}}\n"
    );
    serde_saphyr::from_str(&text).unwrap()
}

fn request(spec: &str) -> Request {
    Request::check(&resource(spec), &releases()).unwrap()
}

fn plan(spec: &str) -> Topology {
    topology(&request(spec), &Machine, &Known::default())
}

/// Everything is made, migrated, of the asked-for release, and ready.
fn settled(topology: &Topology) -> Observed {
    let jobs = topology.services.iter().map(|s| &s.migration).chain([&topology.provision]);
    let version = topology.version.clone();
    let part = PartState { version, desired: 2, ready: 2, settled: true, current: true, credentials: None };
    Observed {
        jobs: jobs.map(|job| (job.name.clone(), JobState::Succeeded)).collect(),
        parts: Component::all().map(|component| (component, part.clone())).collect(),
        secrets: Fingerprints(topology.secrets.iter().map(|s| (s.name.clone(), "print".to_owned())).collect()),
        ..Observed::default()
    }
}
