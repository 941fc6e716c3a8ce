//! The observed state.

mod credentials;
mod plan;
pub mod reason;
mod service;

pub use credentials::CredentialsStatus;
pub use plan::{ApprovedStatus, PlanState, PlanStatus, PlannedMigration, ServicePlanStatus};
pub use reason::{Actor, ConditionType, Reason};
pub use service::{Class, MigrationStatus, ServiceStatus};

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
    /// The latest change that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanStatus>,
    /// What the operator acts on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<ApprovedStatus>,
    /// The passwords of the services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<CredentialsStatus>,
    /// The accounts whose first passwords were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<String>>,
    /// Fingerprint of the key that encrypts the signing keys in the database. A Secret with another key is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_fingerprint: Option<String>,
    /// Which fields of the objects were the operator's own when it had written all of them. While that is so still, a
    /// restarted operator writes none of them: what somebody edits is the operator's no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footprint: Option<String>,
}
