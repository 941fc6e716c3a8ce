//! What a release says about a service's migrations, so that the operator can plan them without opening an image.

use crate::source::{Class, Kind, Migrations, Version};
use serde::{Deserialize, Serialize};

/// One migration file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseFile {
    /// File name.
    pub script: String,
    /// Number; absent for a repeatable file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Flyway's checksum.
    pub checksum: i32,
    /// What it does to programs that run meanwhile.
    pub class: Class,
}

/// What a release says of a service's files, in the order they run.
pub fn release_files(files: &Migrations) -> Vec<ReleaseFile> {
    let entry = |file: &crate::Migration| ReleaseFile {
        script: file.script.clone(),
        version: match file.kind {
            Kind::Versioned(version) => Some(version),
            Kind::Repeatable => None,
        },
        checksum: file.checksum,
        class: file.class,
    };
    files.files().iter().map(entry).collect()
}
