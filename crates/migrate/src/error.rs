//! Why a migration command was refused or failed.

use crate::source::{SourceError, Version};

/// What stops a command. Every message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A file cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The database cannot be reached, or a statement on the history failed.
    #[error("the schema history cannot be read or written")]
    Database(#[from] securechat_db::Error),
    /// Another runner holds the lock.
    #[error("another migration runs on schema {schema}; waited {seconds} s for it")]
    Locked {
        /// The schema.
        schema: String,
        /// How long was waited.
        seconds: u64,
    },
    /// A file differs from what was applied.
    #[error(
        "{script} was changed after it was applied (checksum {applied} then, {present} now): restore it, or accept it with repair"
    )]
    Changed {
        /// Which file.
        script: String,
        /// Its checksum when it was applied.
        applied: i32,
        /// Its checksum now.
        present: i32,
    },
    /// An applied file is not there any more.
    #[error("{script} was applied but is missing: restore it, or accept its absence with repair")]
    Missing {
        /// Which file.
        script: String,
    },
    /// A file was added below one that is applied.
    #[error("{script} comes too late: version {newest} is applied already; give it a number above")]
    OutOfOrder {
        /// Which file.
        script: String,
        /// The highest applied version.
        newest: Version,
    },
    /// An earlier run failed in this file and may have left some of it behind.
    #[error(
        "{script} failed in an earlier run and may have left some of it behind: put the schema right, then run repair"
    )]
    Failed {
        /// Which file.
        script: String,
    },
    /// The history holds a version that this migrator cannot read.
    #[error("{script} has version '{version}', which is not a whole number")]
    ForeignVersion {
        /// Which file.
        script: String,
        /// Its version.
        version: String,
    },
    /// A statement failed now; the history has a row that says so.
    #[error("{script}:{line}: {reason}; the statement: {statement}")]
    Statement {
        /// Which file.
        script: String,
        /// The line in the file.
        line: usize,
        /// What the server said, with its error number.
        reason: String,
        /// How the statement begins.
        statement: String,
    },
    /// Baseline on a schema whose history is not empty.
    #[error("the schema has a history already: baseline is for schemas without one")]
    NotEmpty,
    /// The target is no version of this build.
    #[error("there is no version {0} to migrate to")]
    Target(Version),
}

impl From<sqlx::Error> for MigrateError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
