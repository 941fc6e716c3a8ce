//! What a release says about a service's migrations, so that the operator can plan them without opening an image.

use crate::source::{Class, Kind, Migrations, Version};
use serde::{Deserialize, Serialize};

/// The migrations of one service in one release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceRelease {
    /// The service.
    pub service: String,
    /// Its files in the order they run.
    pub migrations: Vec<ReleaseFile>,
}

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

/// The release's entry for a service.
pub fn service_release(service: &str, files: &Migrations) -> ServiceRelease {
    let entry = |file: &crate::Migration| ReleaseFile {
        script: file.script.clone(),
        version: match file.kind {
            Kind::Versioned(version) => Some(version),
            Kind::Repeatable => None,
        },
        checksum: file.checksum,
        class: file.class,
    };
    ServiceRelease { service: service.to_owned(), migrations: files.files().iter().map(entry).collect() }
}
