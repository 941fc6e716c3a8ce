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
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!has(self.autoscaling) || !has(self.replicas) || self.replicas == 0",
     "message": "autoscaling decides how many pods there are: leave replicas out, or give 0 to stop the service", "fieldPath": ".replicas"},
]))]
pub struct ServiceSpec {
    /// How many pods; absent: 2, or what autoscaling decides. 0 stops the service.
    #[schemars(schema_with = "schema::optional_replicas")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Lets Kubernetes decide how many pods there are, by their load. Needs a metrics server in the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<Autoscaling>,
    /// What each pod asks for and may use; what is not given keeps the release's own amounts.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
}

impl ServiceSpec {
    /// How many pods there are; where autoscaling decides, the fewest.
    pub fn least(&self) -> i32 {
        self.replicas.or(self.autoscaling.map(|scaling| scaling.min_replicas)).unwrap_or(2)
    }

    /// How autoscaling decides, where it does.
    pub fn scaling(&self) -> Option<Autoscaling> {
        self.autoscaling.filter(|_| self.replicas.is_none())
    }
}

/// By which load pods are added and taken away.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "self.maxReplicas >= self.minReplicas",
     "message": "maxReplicas must be at least minReplicas", "fieldPath": ".maxReplicas"},
]))]
pub struct Autoscaling {
    /// The fewest pods.
    #[serde(default = "min_replicas")]
    #[schemars(range(min = 1, max = 100))]
    pub min_replicas: i32,
    /// The most pods.
    #[schemars(range(min = 1, max = 100))]
    pub max_replicas: i32,
    /// The processor time that pods are to use on average, in percent of what they ask for (resources.requests.cpu).
    #[serde(default = "cpu_percent")]
    #[schemars(range(min = 1, max = 1000))]
    pub cpu_percent: i32,
}

fn min_replicas() -> i32 {
    2
}

fn cpu_percent() -> i32 {
    80
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
