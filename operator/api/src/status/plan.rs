use super::Class;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The latest change that was asked for, and what it does.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct PlanStatus {
    /// Its name: what spec.upgrade.approvedPlan approves.
    pub hash: String,
    /// What becomes of it.
    pub state: PlanState,
    /// The release that it leads to.
    pub version: String,
    /// All of it in a line.
    pub summary: String,
    /// The services that come to another release or schema, in the order in which they roll out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServicePlanStatus>,
    /// The objects that are made (+), changed (~) and deleted (-). Told until the change is done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<String>,
    /// The parts whose pods are replaced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restarts: Vec<String>,
    /// What stands against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<String>,
}

/// What becomes of a plan.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PlanState {
    /// It cannot be carried out; the conditions say why. What was approved before goes on.
    Refused,
    /// It waits to be named in spec.upgrade.approvedPlan.
    Waiting,
    /// It is being carried out.
    #[default]
    UnderWay,
    /// It was carried out.
    Done,
}

/// What a plan does to a service.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePlanStatus {
    /// Its name.
    pub name: String,
    /// The release that it runs; absent where it runs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The release that it is to run.
    pub to: String,
    /// The services that must run their new release first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// The migrations that its schema lacks, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub migrations: Vec<PlannedMigration>,
}

/// A migration that is to be run.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PlannedMigration {
    /// File name.
    pub script: String,
    /// Flyway's checksum.
    pub checksum: i32,
    /// What it does to programs that run meanwhile.
    pub class: Class,
    /// Whether it runs last, when every replica of every service runs the new release.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub last: bool,
}

/// What the operator acts on. A change is approved, by a person or by itself, before anything is done for it; until
/// then, and while a change is refused, this goes on.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct ApprovedStatus {
    /// The plan that led here.
    pub plan: String,
    /// Fingerprint of every object and migration that was approved.
    pub desired: String,
    /// The spec that was approved, as JSON.
    #[schemars(length(max = 262_144))]
    pub spec: String,
}
