//! What a change of the resource does to the services: from which release to which, by which migrations, in which order,
//! and whether it can be done at all.

use crate::release::order;
use crate::schema::{First, Way};
use crate::{MigrationFile, Observed, Refusal, Release, hash, refusal};
use securechat_contracts::ServiceName;

/// A change of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The release that it leads to.
    pub version: String,
    /// The services, those first that others wait for.
    pub services: Vec<ServiceChange>,
    /// Why it cannot be done.
    pub refusals: Vec<Refusal>,
}

/// What a change does to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceChange {
    /// Which.
    pub name: ServiceName,
    /// The release that its pods run.
    pub from: Option<String>,
    /// The release that they are to run.
    pub to: String,
    /// The services that must come to their new release first.
    pub after: Vec<ServiceName>,
    /// The files that its schema lacks, and that run before its pods are replaced.
    pub before: Vec<MigrationFile>,
    /// Those that run when all pods of all services are replaced.
    pub last: Vec<MigrationFile>,
}

impl Change {
    /// What it takes to come to `release` from what was seen.
    pub fn plan(release: &Release, observed: &Observed) -> Self {
        let services = ServiceName::ALL.map(|name| ServiceChange::plan(name, release, observed));
        let refusals = refusal::all(release, observed);
        Self { version: release.version.clone(), services: in_order(services.into()), refusals }
    }

    /// The change's name: of all that it does to services, and of the objects that it leads to (`desired`). What was
    /// approved before it is part of it, so that an approval is good for one change and not for the same one later.
    pub fn hash(&self, desired: &str, approved: Option<&str>) -> String {
        let services = self.services.iter().filter(|service| service.is_something()).map(ServiceChange::text);
        let parts = [desired.to_owned(), approved.unwrap_or_default().to_owned()];
        let parts: Vec<_> = parts.into_iter().chain(services).collect();
        hash::short(parts.iter().map(String::as_bytes), 5)
    }

    /// Whether a service comes to another release or schema.
    pub fn is_something(&self) -> bool {
        self.services.iter().any(ServiceChange::is_something)
    }
}

impl ServiceChange {
    fn plan(name: ServiceName, release: &Release, observed: &Observed) -> Self {
        let record = observed.record(name);
        let files = release.migrations(name);
        let pending = record.pending(files);
        let way = record.way(&release.version, files, observed.is_new(name));
        let is_before = |file: &MigrationFile| match way {
            Way { has_last: false, .. } => true,
            Way { first: First::Until(version), .. } => file.version.is_some_and(|v| v <= version),
            Way { first: First::Nothing | First::All, .. } => false,
        };
        let (before, last): (Vec<_>, Vec<_>) = pending.into_iter().cloned().partition(is_before);
        let needs = release.needs(name).iter();
        let too_old = needs.filter(|(callee, since)| {
            let runs = observed.runs(**callee);
            runs.is_some_and(|runs| order(runs).as_ref() < Some(*since))
        });
        Self {
            name,
            from: observed.runs(name).map(str::to_owned),
            to: release.version.clone(),
            after: too_old.map(|(callee, _)| *callee).collect(),
            before,
            last,
        }
    }

    /// Whether the service comes to another release or schema.
    pub fn is_something(&self) -> bool {
        self.from.as_deref() != Some(&self.to) || !self.before.is_empty() || !self.last.is_empty()
    }

    fn text(&self) -> String {
        let files = |files: &[MigrationFile]| -> Vec<String> {
            files.iter().map(|f| format!("{} {} {}", f.script, f.checksum, f.class.as_str())).collect()
        };
        format!(
            "{} {:?} {} {:?} {:?} {:?}",
            self.name,
            self.from,
            self.to,
            self.after,
            files(&self.before),
            files(&self.last)
        )
    }
}

/// Those first that others wait for; otherwise as they are. Releases hold no cycle.
fn in_order(mut open: Vec<ServiceChange>) -> Vec<ServiceChange> {
    let mut done: Vec<ServiceChange> = Vec::with_capacity(open.len());
    while !open.is_empty() {
        let is_free = |change: &ServiceChange| change.after.iter().all(|needed| done.iter().any(|d| d.name == *needed));
        let next = open.iter().position(is_free).unwrap_or(0);
        done.push(open.remove(next));
    }
    done
}
