//! What is known of a service's schema. The operator cannot see into the database: it remembers, in the resource's
//! status, which files its Jobs ran, and notes a Job there before it makes it.

use crate::release::order;
use crate::{Class, JobPlan, MigrationFile, Release};
use securechat_contracts::ServiceName;

/// Who was to apply a file, where the status has forgotten.
const UNKNOWN_JOB: &str = "unknown";

/// What is known of one service's schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The files that it has, and those of a Job that has begun and was not seen to succeed.
    pub files: Vec<SchemaFile>,
    /// The newest release that a Job was noted for.
    pub release: Option<String>,
    /// The Job that brought it there.
    pub done: Option<String>,
    /// The Job that was noted before it was made, and was not seen to succeed.
    pub begun: Option<String>,
}

/// A file that a schema has, or may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFile {
    /// The file.
    pub file: MigrationFile,
    /// The release that brought it.
    pub release: String,
    /// The Job that was to apply it and was not seen to succeed: the schema may or may not have it.
    pub begun_by: Option<String>,
}

/// How a schema comes to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    /// What is done before its service rolls out.
    pub(crate) first: First,
    /// Whether the rest is done when all services run the release.
    pub(crate) has_last: bool,
}

/// What is done to a schema before its service rolls out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    /// Nothing: it was made for a newer release, and lacks nothing.
    Nothing,
    /// Everything.
    All,
    /// Everything up to this version.
    Until(u32),
}

impl Record {
    /// What a schema has that a release's pods run on. Whether what comes last was run nobody knows.
    pub(crate) fn of_release(release: &Release, service: ServiceName) -> Self {
        let has = |file: &MigrationFile| SchemaFile {
            file: file.clone(),
            release: release.version.clone(),
            begun_by: (file.class == Class::Contract).then(|| UNKNOWN_JOB.to_owned()),
        };
        let files = release.migrations(service).iter().map(has).collect();
        Self { files, release: Some(release.version.clone()), ..Self::default() }
    }

    /// The files that the schema surely has.
    pub(crate) fn applied(&self) -> impl DoubleEndedIterator<Item = &SchemaFile> {
        self.files.iter().filter(|known| known.begun_by.is_none())
    }

    /// The applied file of the same number, or of the same name where it has none.
    pub(crate) fn counterpart(&self, file: &MigrationFile) -> Option<&SchemaFile> {
        self.applied().find(|known| is_counterpart(&known.file, file))
    }

    /// The highest version that the schema has.
    pub(crate) fn newest(&self) -> Option<u32> {
        self.applied().filter_map(|known| known.file.version).max()
    }

    /// The last file with a number that the schema has.
    pub fn last(&self) -> Option<&str> {
        self.applied().rfind(|known| known.file.version.is_some()).map(|known| known.file.script.as_str())
    }

    /// The files that the schema lacks. A changed file with a number is not among them: it is refused elsewhere.
    pub(crate) fn pending<'f>(&self, files: &'f [MigrationFile]) -> Vec<&'f MigrationFile> {
        let lacks = |file: &&MigrationFile| match self.counterpart(file) {
            None => true,
            Some(known) => file.version.is_none() && known.file.checksum != file.checksum,
        };
        files.iter().filter(lacks).collect()
    }

    /// How the schema comes to a release's files. A `new` service has no pods that could be disturbed.
    pub(crate) fn way(&self, release: &str, files: &[MigrationFile], new: bool) -> Way {
        let pending = self.pending(files);
        let made_for_newer = self.release.as_deref().is_some_and(|newer| order(release) < order(newer));
        let first = |version: Option<u32>| match version {
            _ if made_for_newer && pending.iter().all(|file| version.is_some() && file.version > version) => {
                First::Nothing
            }
            Some(version) => First::Until(version),
            None => First::All,
        };
        let contract =
            pending.iter().filter(|file| file.class == Class::Contract).filter_map(|file| file.version).min();
        let before =
            contract.and_then(|contract| files.iter().filter_map(|f| f.version).filter(|v| *v < contract).max());
        match before {
            Some(version) if !new => Way { first: first(Some(version)), has_last: true },
            _ => Way { first: first(None), has_last: false },
        }
    }

    /// The files beyond these that took something away, or may have.
    pub(crate) fn contracts_beyond<'r>(&'r self, files: &[MigrationFile]) -> impl Iterator<Item = &'r SchemaFile> {
        let last = newest(files);
        self.files.iter().filter(move |known| known.file.class == Class::Contract && known.file.version > last)
    }

    /// Notes a Job that is to be made.
    pub(crate) fn begin(&mut self, job: &JobPlan, release: &str) {
        let replaced = |known: &SchemaFile| job.files.iter().any(|file| is_counterpart(&known.file, file));
        // What an older Job may have taken away may be gone, whatever came after.
        self.files
            .retain(|known| known.begun_by.is_none() || (known.file.class == Class::Contract && !replaced(known)));
        let new: Vec<_> = self.pending(&job.files).into_iter().cloned().collect();
        let by = Some(job.name.clone());
        let begun = |file| SchemaFile { file, release: release.to_owned(), begun_by: by.clone() };
        self.files.extend(new.into_iter().map(begun));
        self.begun = Some(job.name.clone());
        if self.release.as_deref().is_none_or(|newest| order(newest) < order(release)) {
            self.release = Some(release.to_owned());
        }
    }

    /// The Job that was noted has succeeded.
    pub(crate) fn succeed(&mut self) {
        let job = self.begun.take();
        let ours = |known: &SchemaFile| known.begun_by.is_some() && known.begun_by == job;
        let (new, mut files): (Vec<_>, Vec<_>) = std::mem::take(&mut self.files).into_iter().partition(ours);
        files.retain(|known| !new.iter().any(|new| is_counterpart(&known.file, &new.file)));
        files.extend(new.into_iter().map(|new| SchemaFile { begun_by: None, ..new }));
        files.sort_by_key(|known| known.file.version.map_or(u64::MAX, u64::from));
        self.files = files;
        self.done = job;
    }
}

fn is_counterpart(one: &MigrationFile, other: &MigrationFile) -> bool {
    one.version == other.version && (one.version.is_some() || one.script == other.script)
}

/// The highest version among files.
pub(crate) fn newest(files: &[MigrationFile]) -> Option<u32> {
    files.iter().filter_map(|file| file.version).max()
}
