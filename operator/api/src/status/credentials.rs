use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The passwords with which services sign in at the database and the broker. They are replaced when the annotation
/// `securechat.io/rotate-credentials` gets another value.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct CredentialsStatus {
    /// The set that pods are started with: `first`, `a` or `b`. Each has users of its own.
    pub used: String,
    /// The set that the stores are being told of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The set that older pods still use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former: Option<String>,
    /// The set whose users are being taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped: Option<String>,
    /// The value of the annotation that was acted on last; or that was there when the resource was seen first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested: Option<String>,
    /// The value of the annotation whose rotation ended last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated: Option<String>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Time>,
}
