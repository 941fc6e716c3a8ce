//! Why a release cannot be reached from what the schemas have. All of it is found before anything is done.

use crate::release::order;
use crate::schema::{Record, newest};
use crate::{Class, MigrationFile, Observed, Release};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::Reason;

/// Why a release cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A file differs from the one that was applied.
    #[error(
        "{service}: release {release} holds {script} with checksum {present}, and {applied_script} of release {origin} \
         was applied with checksum {applied}: an applied migration is never changed; ask for a release that holds it as it was"
    )]
    Changed {
        /// Whose.
        service: ServiceName,
        /// Which, in the asked-for release.
        script: String,
        /// Its checksum there.
        present: i32,
        /// The asked-for release.
        release: String,
        /// Which was applied.
        applied_script: String,
        /// Its checksum when it was applied.
        applied: i32,
        /// The release that it was applied from.
        origin: String,
    },
    /// A file that was applied is missing, and later ones are not.
    #[error(
        "{service}: release {release} lacks {script}, which release {origin} applied, and holds later ones: \
         ask for a release that was made after {origin}"
    )]
    Missing {
        /// Whose.
        service: ServiceName,
        /// Which.
        script: String,
        /// The asked-for release.
        release: String,
        /// The release that it was applied from.
        origin: String,
    },
    /// A file was added below one that is applied.
    #[error("{service}: {script} of release {release} comes too late: the schema has version {newest} already")]
    TooLate {
        /// Whose.
        service: ServiceName,
        /// Which.
        script: String,
        /// The asked-for release.
        release: String,
        /// The schema's version.
        newest: u32,
    },
    /// Files follow one that must come last.
    #[error(
        "{service}: {contract} takes away what the running release needs, so that it must come last, and release {release} \
         has {later} after it: {}",
        way(via.as_deref())
    )]
    Jump {
        /// Whose.
        service: ServiceName,
        /// The file that must come last.
        contract: String,
        /// A file that follows.
        later: String,
        /// The asked-for release.
        release: String,
        /// The release to go through.
        via: Option<String>,
    },
    /// The schema has lost what the release needs.
    #[error(
        "{service}: {script} of release {origin} {} what release {release} needs: there is no way back; \
         go forward, or restore a backup from before {origin}",
        if *begun { "was begun and may have taken away" } else { "has taken away" }
    )]
    NoWayBack {
        /// Whose.
        service: ServiceName,
        /// The file that took it away.
        script: String,
        /// The release that brought that file.
        origin: String,
        /// The asked-for release.
        release: String,
        /// Whether it is not sure.
        begun: bool,
    },
}

fn way(via: Option<&str>) -> String {
    match via {
        Some(via) => format!("go to {via} first"),
        None => "go through the release that brought it first; this operator does not know it, \
                 so describe it in a ConfigMap with the label securechat.io/release"
            .to_owned(),
    }
}

impl Refusal {
    /// The reason of the conditions.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Changed { .. } | Self::Missing { .. } | Self::TooLate { .. } => Reason::MigrationsDiffer,
            Self::Jump { .. } => Reason::JumpRefused,
            Self::NoWayBack { .. } => Reason::RollbackRefused,
        }
    }
}

/// Everything that stands against a release, one refusal a service.
pub(crate) fn all(release: &Release, observed: &Observed) -> Vec<Refusal> {
    ServiceName::ALL.into_iter().filter_map(|service| one(service, release, observed)).collect()
}

/// What stands against a release for one service.
pub(crate) fn one(service: ServiceName, release: &Release, observed: &Observed) -> Option<Refusal> {
    let record = observed.record(service);
    let files = release.migrations(service);
    differs(service, &record, release).or_else(|| no_way_back(service, &record, release)).or_else(|| {
        if observed.is_new(service) {
            return None;
        }
        let (contract, later) = jump(&record, files)?;
        let (contract, later) = (contract.script.clone(), later.script.clone());
        Some(Refusal::Jump { service, contract, later, release: release.version.clone(), via: via(release, observed) })
    })
}

fn differs(service: ServiceName, record: &Record, release: &Release) -> Option<Refusal> {
    let files = release.migrations(service);
    let numbered = || files.iter().filter(|file| file.version.is_some());
    let changed = numbered().find_map(|file| {
        let known = record.counterpart(file).filter(|known| known.file.checksum != file.checksum)?;
        Some(Refusal::Changed {
            service,
            script: file.script.clone(),
            present: file.checksum,
            release: release.version.clone(),
            applied_script: known.file.script.clone(),
            applied: known.file.checksum,
            origin: known.release.clone(),
        })
    });
    let last = newest(files);
    let missing = || {
        let numbered = record.applied().filter(|known| known.file.version.is_some() && known.file.version <= last);
        let lost = |known: &&crate::SchemaFile| files.iter().all(|file| file.version != known.file.version);
        numbered.into_iter().find(lost).map(|known| Refusal::Missing {
            service,
            script: known.file.script.clone(),
            release: release.version.clone(),
            origin: known.release.clone(),
        })
    };
    let late = || {
        let has = record.newest()?;
        let pending = record.pending(files);
        let late = pending.iter().find(|file| file.version.is_some_and(|version| version < has))?;
        let (script, release) = (late.script.clone(), release.version.clone());
        Some(Refusal::TooLate { service, script, release, newest: has })
    };
    changed.or_else(missing).or_else(late)
}

fn no_way_back(service: ServiceName, record: &Record, release: &Release) -> Option<Refusal> {
    let lost = record.contracts_beyond(release.migrations(service)).next()?;
    Some(Refusal::NoWayBack {
        service,
        script: lost.file.script.clone(),
        origin: lost.release.clone(),
        release: release.version.clone(),
        begun: lost.begun_by.is_some(),
    })
}

/// The first pending file that must come last, and one that comes after it all the same.
fn jump<'f>(record: &Record, files: &'f [MigrationFile]) -> Option<(&'f MigrationFile, &'f MigrationFile)> {
    let pending: Vec<_> = record.pending(files).into_iter().filter(|file| file.version.is_some()).collect();
    let first = pending.iter().position(|file| file.class == Class::Contract)?;
    let later = pending.iter().skip(first).find(|file| file.class != Class::Contract)?;
    Some((pending.get(first)?, later))
}

/// The newest release before this one that can be reached from here.
fn via(release: &Release, observed: &Observed) -> Option<String> {
    let before = observed.releases.in_order().into_iter().filter(|r| order(&r.version) < order(&release.version));
    let reachable = before.into_iter().rfind(|candidate| {
        let stands_against = ServiceName::ALL.into_iter().any(|service| {
            let (record, files) = (observed.record(service), candidate.migrations(service));
            differs(service, &record, candidate).is_some()
                || no_way_back(service, &record, candidate).is_some()
                || (!observed.is_new(service) && jump(&record, files).is_some())
        });
        let leads_on = ServiceName::ALL
            .into_iter()
            .any(|service| !observed.record(service).pending(candidate.migrations(service)).is_empty());
        leads_on && !stands_against
    });
    reachable.map(|release| release.version.clone())
}
