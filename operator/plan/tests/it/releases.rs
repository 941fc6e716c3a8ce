//! Releases for tests, and platforms that run them.

use crate::{Machine, resource};
use securechat_contracts::ServiceName;
use securechat_operator_plan::{
    Component, Fingerprints, JobState, Known, MigrationFile, Observed, PartState, Record, Release, Releases, Request,
    SchemaFile, Steps, Topology, topology,
};
use std::fmt::Write as _;

/// `("users", "1e 2d 3c:7")`: three files of the service, of class expand, data and contract; the last has another
/// checksum than the usual one.
pub(crate) fn release(version: &str, services: &[(&str, &str)]) -> Release {
    with_needs(version, services, &[])
}

/// The same, with services that need another one since a release.
pub(crate) fn with_needs(version: &str, services: &[(&str, &str)], needs: &[(&str, &str, &str)]) -> Release {
    let mut yaml = format!("version: {version}\nservices:\n");
    for name in ServiceName::ALL {
        let files = services.iter().find(|(service, _)| *service == name.as_str()).map_or("", |(_, files)| files);
        let files: Vec<_> = files.split_whitespace().map(file).collect();
        let needs: Vec<_> = needs.iter().filter(|(caller, ..)| *caller == name.as_str()).collect();
        let needs: Vec<_> = needs.iter().map(|(_, callee, since)| format!("{callee}: {since}")).collect();
        let (needs, files) = (needs.join(", "), files.join(", "));
        writeln!(yaml, "- {{service: {name}, needs: {{{needs}}}, migrations: [{files}]}}").unwrap();
    }
    Release::parse(&yaml).unwrap()
}

fn file(text: &str) -> String {
    let (name, checksum) = text.split_once(':').unwrap_or((text, ""));
    let (number, class) = name.split_at(name.len() - 1);
    let checksum = if checksum.is_empty() { number.to_owned() + "00" } else { checksum.to_owned() };
    let class = match class {
        "e" => "expand",
        "d" => "data",
        _ => "contract",
    };
    format!("{{script: V{number}__x.sql, version: {number}, checksum: {checksum}, class: {class}}}")
}

/// The asked-for release of some, planned; every service has its turn at the same time.
pub(crate) fn topology_of(releases: &Releases, version: &str) -> Topology {
    topology_by(releases, version, 6)
}

/// The same with so many services at a time.
pub(crate) fn topology_by(releases: &Releases, version: &str, parallelism: i32) -> Topology {
    let mut resource = resource("");
    version.clone_into(&mut resource.spec.version);
    resource.spec.upgrade.parallelism = parallelism;
    topology(&Request::check(&resource, releases).unwrap(), &Machine, &Known::default())
}

/// Everything runs a release, settled, on schemas that have what the release brings.
pub(crate) fn running(releases: &Releases, version: &str) -> Observed {
    let release = releases.find(version).unwrap();
    let topology = topology_of(releases, version);
    let part = PartState {
        version: version.to_owned(),
        desired: 2,
        ready: 2,
        settled: true,
        current: true,
        credentials: None,
    };
    let mut observed = Observed {
        parts: Component::all().map(|component| (component, part.clone())).collect(),
        jobs: [(topology.provision.name.clone(), JobState::Succeeded)].into(),
        secrets: Fingerprints(topology.secrets.iter().map(|s| (s.name.clone(), "print".to_owned())).collect()),
        releases: releases.clone(),
        ..Observed::default()
    };
    for service in &topology.services {
        let files = release.migrations(service.name).iter().map(|file| applied(file, version)).collect();
        let (release, done) = (Some(version.to_owned()), Some(service.migration.name.clone()));
        observed.previous.records.insert(service.name, Record { files, release, done, begun: None });
        observed.previous.served.insert(service.name, version.to_owned());
    }
    observed
}

pub(crate) fn applied(file: &MigrationFile, release: &str) -> SchemaFile {
    SchemaFile { file: file.clone(), release: release.to_owned(), begun_by: None }
}

/// Notes what a look noted, and lets its Jobs exist in this state.
pub(crate) fn follow(observed: &mut Observed, topology: &Topology, state: &JobState) -> Steps {
    observed.jobs.insert(topology.provision.name.clone(), JobState::Succeeded);
    let steps = Steps::decide(topology, observed);
    for (name, service) in &steps.services {
        observed.previous.records.insert(*name, service.noted(&topology.version, true));
        if let Some(job) = service.job.as_ref().filter(|_| service.begins) {
            observed.jobs.insert(job.name.clone(), state.clone());
        }
    }
    steps
}

/// A service's processes now run a release.
pub(crate) fn rolled(observed: &mut Observed, component: Component, version: &str) {
    version.clone_into(&mut observed.parts.get_mut(&component).unwrap().version);
    if let Component::Service(name) = component {
        observed.previous.served.insert(name, version.to_owned());
    }
}
