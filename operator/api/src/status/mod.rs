//! The observed state.

pub mod reason;

pub use reason::{Actor, ConditionType, Reason};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the operator saw.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct SecureChatStatus {
    /// The generation of the spec that this status speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The release that every service runs; absent until all do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where people reach the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The state in sentences; the reasons are documented in the operations guide.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// Each service.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub services: Vec<ServiceStatus>,
    /// Fingerprint of the key that encrypts the signing keys in the database. A Secret with another key is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_fingerprint: Option<String>,
}

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
    /// The migration Job that brought the schema there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
    /// How many pods there should be.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    pub replicas: i32,
    /// How many are ready.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    pub ready: i32,
}
