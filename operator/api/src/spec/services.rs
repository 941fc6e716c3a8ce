use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The six services and `web`, which serves the browser application.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ServicesSpec {
    /// The OpenID provider.
    pub auth: ServiceSpec,
    /// Accounts, passwords and mails.
    pub account: ServiceSpec,
    /// Profiles and friendships.
    pub users: ServiceSpec,
    /// Presence.
    pub session: ServiceSpec,
    /// Chats and messages.
    pub chats: ServiceSpec,
    /// The hub that browsers stay connected to.
    pub messaging: ServiceSpec,
    /// The browser application's files.
    pub web: ServiceSpec,
}

/// How a service runs.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ServiceSpec {
    /// How many pods. 0 stops the service.
    #[schemars(schema_with = "schema::replicas")]
    pub replicas: i32,
    /// What each pod asks for and may use; what is not given keeps the release's own amounts.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
}

impl Default for ServiceSpec {
    fn default() -> Self {
        Self { replicas: 2, resources: Resources::default() }
    }
}

/// What a container asks for and may use.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Resources {
    /// What it is sure to get.
    #[serde(skip_serializing_if = "Amounts::is_empty")]
    pub requests: Amounts,
    /// What it may not exceed.
    #[serde(skip_serializing_if = "Amounts::is_empty")]
    pub limits: Amounts,
}

impl Resources {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Processor time and memory.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Amounts {
    /// Cores, as `500m` or `2`.
    #[schemars(schema_with = "schema::optional_quantity")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// Bytes, as `256Mi`.
    #[schemars(schema_with = "schema::optional_quantity")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
}

impl Amounts {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
