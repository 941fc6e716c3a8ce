use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Images to use instead of the release's own, each a whole reference (registry, name, tag or digest).
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Images {
    /// All services, migrations and provisioning: one image.
    #[schemars(length(min = 1, max = 512))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Envoy.
    #[schemars(length(min = 1, max = 512))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// MySQL or MariaDB, as the flavour says.
    #[schemars(length(min = 1, max = 512))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// RabbitMQ.
    #[schemars(length(min = 1, max = 512))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
    /// Valkey or Redis, as the flavour says.
    #[schemars(length(min = 1, max = 512))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<String>,
    /// When the node asks the registry.
    pub pull_policy: PullPolicy,
    /// Secrets in this namespace that open private registries.
    #[schemars(length(max = 10), inner(length(min = 1, max = 253)))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pull_secrets: Vec<String>,
}

impl Images {
    /// Whether nothing is set.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// When the node asks the registry.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PullPolicy {
    /// When the image is not on the node.
    #[default]
    IfNotPresent,
    /// At every start.
    Always,
    /// Never: the image must be on the node.
    Never,
}
