//! What is read of a child. The rest of its JSON is passed over while it is read: thousands of children pass through
//! here when the operator starts, and little of them is kept.

use crate::store::{Fields, OWNER, Ours};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A child as a watch sees it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// Metadata.
    pub metadata: Meta,
    /// Absent where only metadata is fetched.
    pub spec: Spec,
    /// Absent where only metadata is fetched.
    pub status: Status,
}

/// Metadata.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Meta {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Unique for ever.
    pub uid: String,
    /// Version.
    pub resource_version: String,
    /// How often its spec was changed.
    pub generation: i64,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// Owners.
    pub owner_references: Vec<Owner>,
    /// What of it is ours.
    #[serde(rename = "managedFields", deserialize_with = "ours")]
    pub ours: Ours,
}

/// An owner.
#[derive(Debug, Clone, Deserialize)]
pub struct Owner {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
}

impl Meta {
    /// The resource that it belongs to.
    pub fn owner(&self) -> Option<&Owner> {
        self.owner_references.iter().find(|owner| owner.kind == OWNER)
    }
}

/// What it should be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Spec {
    /// How many pods there should be.
    pub replicas: Option<u32>,
    /// Its pods.
    pub template: Template,
    /// The Gateways of an HTTPRoute.
    pub parent_refs: Vec<Value>,
}

/// Of pods.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Template {
    /// Its metadata.
    pub metadata: TemplateMeta,
}

/// Of pods.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TemplateMeta {
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// What it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status {
    /// The generation that its controller has seen.
    pub observed_generation: i64,
    /// How many pods there are.
    pub replicas: u32,
    /// How many are of the template that was present when the last roll-out ended.
    pub current_replicas: u32,
    /// How many are of the present template.
    pub updated_replicas: u32,
    /// How many have been ready for as long as their spec wants.
    pub available_replicas: u32,
    /// How a Job ended, whether a certificate is there.
    pub conditions: Vec<Condition>,
    /// What the Gateways of an HTTPRoute answer.
    pub parents: Vec<Value>,
}

/// A condition.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Condition {
    /// What it speaks of.
    #[serde(rename = "type")]
    pub type_: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Why, in a word.
    pub reason: String,
    /// Why, in a sentence.
    pub message: String,
}

#[derive(Deserialize)]
struct Entry {
    manager: Option<String>,
    subresource: Option<String>,
    #[serde(rename = "fieldsV1", default)]
    fields: Fields,
}

fn ours<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Ours, D::Error> {
    let entries = Vec::<Entry>::deserialize(deserializer)?;
    Ok(Ours::of(entries.iter().map(|e| (e.manager.as_deref(), e.subresource.as_deref(), e.fields))))
}
