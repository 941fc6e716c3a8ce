use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One service.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceStatus {
    /// Its name.
    pub name: String,
    /// The release it serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The last migration that its schema has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The newest release that its schema was migrated for. An older one is run without touching the schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_release: Option<String>,
    /// The migration Job that brought the schema there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
    /// The migration Job that was decided upon. It is noted here before it is made, and has not been seen to succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun: Option<String>,
    /// The migrations that its schema has: what a later release is compared with, and whether there is a way back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub migrations: Vec<MigrationStatus>,
    /// How many pods there should be.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    pub replicas: i32,
    /// How many are ready.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    pub ready: i32,
}

/// A migration that a schema has, or may have.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct MigrationStatus {
    /// File name.
    pub script: String,
    /// Flyway's checksum.
    pub checksum: i32,
    /// What it does to programs that run meanwhile.
    pub class: Class,
    /// The release that brought it.
    pub release: String,
    /// The Job that is to apply it, until that is seen to succeed: the schema may or may not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_by: Option<String>,
}

/// What a migration does to programs that run meanwhile.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// It adds; the former version of the service works on.
    Expand,
    /// It takes away; the former version no longer works.
    Contract,
    /// It changes rows only.
    Data,
}

impl Class {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Contract => "contract",
            Self::Data => "data",
        }
    }
}
