use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A change to objects that the operator makes, for what the resource has no field for.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectPatch {
    /// Which objects.
    pub target: PatchTarget,
    /// What is merged into each of them, as `kubectl patch` does: a null deletes a field; containers, volumes, variables and
    /// mounts are found by their names; tolerations and the rules of a NetworkPolicy are added; other lists are replaced.
    /// What would give a pod more rights, or other objects than its own, is refused.
    #[schemars(schema_with = "schema::any_object")]
    pub patch: Value,
}

/// Which objects a patch is for.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatchTarget {
    /// Their kind.
    pub kind: PatchKind,
    /// The part that they belong to; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<PatchComponent>,
}

/// A kind that can be patched.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchKind {
    /// Services, web and gateway.
    Deployment,
    /// Stores.
    StatefulSet,
    /// Provisioning and migrations. A change of these is another Job.
    Job,
    /// Names in DNS.
    Service,
    /// What stands in front of the gateway.
    Ingress,
    /// What stands in front of the gateway.
    HTTPRoute,
    /// Who may open a connection to whom.
    NetworkPolicy,
    /// How many pods may be evicted at once.
    PodDisruptionBudget,
    /// Who decides how many pods there are.
    HorizontalPodAutoscaler,
}

/// A part of the platform.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum PatchComponent {
    /// The OpenID provider.
    Auth,
    /// Accounts, passwords and mails.
    Account,
    /// Profiles and friendships.
    Users,
    /// Presence.
    Session,
    /// Chats and messages.
    Chats,
    /// The hub.
    Messaging,
    /// The browser application's files.
    Web,
    /// The edge.
    Gateway,
    /// MySQL or MariaDB.
    Database,
    /// RabbitMQ.
    Broker,
    /// Valkey or Redis.
    Cache,
    /// The Job that makes schemas and users.
    Provision,
    /// The Jobs that migrate schemas.
    Migrate,
}

impl PatchKind {
    /// Kubernetes' name of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::Job => "Job",
            Self::Service => "Service",
            Self::Ingress => "Ingress",
            Self::HTTPRoute => "HTTPRoute",
            Self::NetworkPolicy => "NetworkPolicy",
            Self::PodDisruptionBudget => "PodDisruptionBudget",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
        }
    }
}

impl PatchComponent {
    /// The value of the label that its objects have.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Account => "account",
            Self::Users => "users",
            Self::Session => "session",
            Self::Chats => "chats",
            Self::Messaging => "messaging",
            Self::Web => "web",
            Self::Gateway => "gateway",
            Self::Database => "database",
            Self::Broker => "broker",
            Self::Cache => "cache",
            Self::Provision => "provision",
            Self::Migrate => "migrate",
        }
    }
}

impl PatchTarget {
    /// Whether objects of this kind and component are meant.
    pub fn fits(&self, kind: &str, component: &str) -> bool {
        self.kind.as_str() == kind && self.component.is_none_or(|wanted| wanted.as_str() == component)
    }
}
