//! The desired state.
#![expect(clippy::duplicated_attributes, reason = "printer columns look like repeated attributes to the lint")]

mod clients;
mod front;
mod gateway;
mod images;
mod limits;
mod mail;
mod network;
mod patches;
mod people;
mod services;
mod stores;
mod traces;
mod upgrade;

pub use clients::{Client, ClientKind, Grant};
pub use front::{HttpRouteSpec, IngressSpec, IssuerKind, IssuerRef, ParentRef, TlsSpec};
pub use gateway::{GatewaySpec, ServiceType};
pub use images::{Images, PullPolicy};
pub use limits::Limits;
pub use mail::{MailEncryption, MailSpec};
pub use network::{Labels, NetworkPeer, NetworkPolicySpec};
pub use patches::{ObjectPatch, PatchComponent, PatchKind, PatchTarget};
pub use people::{DemoAccount, FirstAdministrator, RegistrationMode, RegistrationSpec, RoleName};
pub use services::{Amounts, Autoscaling, Resources, ServiceSpec, ServicesSpec};
pub use stores::{
    BrokerSpec, CacheFlavour, CacheSpec, DatabaseFlavour, DatabaseSpec, DeletionPolicy, ExternalBroker, ExternalCache,
    ExternalDatabase, ManagedBroker, ManagedCache, ManagedDatabase, SecretRef, Storage,
};
pub use traces::TracesSpec;
pub use upgrade::{Approval, UpgradeSpec};

use crate::status::SecureChatStatus;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A whole chat platform: six services, their stores, schema migrations and the gateway in front.
#[derive(CustomResource, Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[kube(
    group = "securechat.io",
    version = "v1alpha1",
    kind = "SecureChat",
    plural = "securechats",
    shortname = "schat",
    category = "all",
    namespaced,
    derive = "PartialEq",
    doc = "A whole chat platform: services, stores, schema migrations and the gateway in front.",
    status = "SecureChatStatus"
)]
#[kube(
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].reason"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].message"),
    printcolumn(
        name = "Schemas",
        type_ = "string",
        priority = 1,
        json_path = ".status.conditions[?(@.type==\"MigrationsCurrent\")].reason"
    ),
    printcolumn(name = "Plan", type_ = "string", priority = 1, json_path = ".status.plan.hash"),
    printcolumn(name = "State", type_ = "string", priority = 1, json_path = ".status.plan.state"),
    printcolumn(name = "Change", type_ = "string", priority = 1, json_path = ".status.plan.summary"),
    printcolumn(name = "URL", type_ = "string", priority = 1, json_path = ".status.url")
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "(has(self.database) && has(self.database.external)) == (has(oldSelf.database) && has(oldSelf.database.external))", "fieldPath": ".database",
     "message": "the database cannot change between managed and external: move the data into a new SecureChat instead"},
    {"rule": "(has(self.database) && has(self.database.managed) ? self.database.managed.flavour : 'mysql') == (has(oldSelf.database) && has(oldSelf.database.managed) ? oldSelf.database.managed.flavour : 'mysql')",
     "fieldPath": ".database", "message": "the database's flavour cannot change: the one server cannot read the other's files"},
    {"rule": "(has(self.database) && has(self.database.managed) ? self.database.managed.storage.size : '8Gi') == (has(oldSelf.database) && has(oldSelf.database.managed) ? oldSelf.database.managed.storage.size : '8Gi') && (has(self.database) && has(self.database.managed) && has(self.database.managed.storage.storageClass) ? self.database.managed.storage.storageClass : '') == (has(oldSelf.database) && has(oldSelf.database.managed) && has(oldSelf.database.managed.storage.storageClass) ? oldSelf.database.managed.storage.storageClass : '')",
     "fieldPath": ".database", "message": "the database's storage cannot change after the volume was made: Kubernetes refuses that for a StatefulSet"},
    {"rule": "(has(self.broker) && has(self.broker.managed) ? self.broker.managed.storage.size : '2Gi') == (has(oldSelf.broker) && has(oldSelf.broker.managed) ? oldSelf.broker.managed.storage.size : '2Gi') && (has(self.broker) && has(self.broker.managed) && has(self.broker.managed.storage.storageClass) ? self.broker.managed.storage.storageClass : '') == (has(oldSelf.broker) && has(oldSelf.broker.managed) && has(oldSelf.broker.managed.storage.storageClass) ? oldSelf.broker.managed.storage.storageClass : '')",
     "fieldPath": ".broker", "message": "the broker's storage cannot change after the volume was made: Kubernetes refuses that for a StatefulSet"},
    {"rule": "self.publicUrl.startsWith('https://') || !(has(self.gateway.tls) || (has(self.gateway.ingress) && has(self.gateway.ingress.tls)))", "fieldPath": ".publicUrl",
     "message": "TLS needs a publicUrl that begins with https://"},
    {"rule": "!has(self.firstAdministrator) || has(self.mail) || has(self.firstAdministrator.passwordSecret)", "fieldPath": ".firstAdministrator",
     "message": "without mail, firstAdministrator needs a passwordSecret: no link to set a password could reach the person"},
]))]
pub struct SecureChatSpec {
    /// The SecureChat release to run, as 1.2.3. Nothing but this field makes a new operator change running pods.
    #[schemars(length(max = 64), extend("x-kubernetes-validations" = [
        {"rule": "self.matches('^[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]+)?$')",
         "message": "version must be three numbers with dots between, such as 1.2.3"},
    ]))]
    pub version: String,
    /// The address under which people reach the platform: scheme, host and, if unusual, port; no path.
    /// It is the only source of the token issuer, of redirects and of links in mails.
    #[schemars(length(max = 253), extend("x-kubernetes-validations" = [
        {"rule": "isURL(self) && self.matches('^https?://[A-Za-z0-9.-]+(:[0-9]+)?$')",
         "message": "publicUrl must be scheme and host, such as https://chat.example.org: no path, no slash at the end"},
        {"rule": "!self.startsWith('http://') || self.matches('^http://(localhost|127[.]0[.]0[.]1|[a-z0-9-]+[.]localhost)(:[0-9]+)?$')",
         "message": "publicUrl must begin with https:// (http:// is for localhost alone: browsers send the sign-in cookies over https only)"},
    ]))]
    pub public_url: String,
    /// Images to use instead of the release's own.
    #[serde(default, skip_serializing_if = "Images::is_default")]
    pub images: Images,
    /// Replicas and resources of each service.
    #[serde(default)]
    pub services: ServicesSpec,
    /// The edge: an Envoy in front of everything.
    #[serde(default)]
    pub gateway: GatewaySpec,
    /// MySQL: run by the operator (the default) or somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseSpec>,
    /// RabbitMQ: run by the operator (the default) or somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<BrokerSpec>,
    /// Redis: run by the operator (the default) or somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheSpec>,
    /// How mail is sent. Without it registration confirms at once, and nobody can be sent a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailSpec>,
    /// The person who may grant roles to others. Created once; later edits of this field change nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_administrator: Option<FirstAdministrator>,
    /// Who may register.
    #[serde(default)]
    pub registration: RegistrationSpec,
    /// Accounts to try the platform with, with generated passwords. Not for a platform in earnest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["userName"]))]
    pub demo_accounts: Vec<DemoAccount>,
    /// Programs that may sign people in. The web client is always among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["id"]))]
    pub clients: Vec<Client>,
    /// Rates and sizes.
    #[serde(default)]
    pub limits: Limits,
    /// Who may open a connection to whom.
    #[serde(default)]
    pub network_policy: NetworkPolicySpec,
    /// Changes to objects that the operator makes, for what this resource has no field for. Later ones win.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub patches: Vec<ObjectPatch>,
    /// How a change is carried out, and whether it waits for a person.
    #[serde(default, skip_serializing_if = "UpgradeSpec::is_default")]
    pub upgrade: UpgradeSpec,
    /// While true the operator changes nothing; it goes on telling the state.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// Where the services send traces; absent: nowhere. A change rolls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traces: Option<TracesSpec>,
    /// How much the services write to their logs. A change rolls them.
    #[serde(default)]
    pub log_level: LogLevel,
}

impl SecureChatSpec {
    /// The Secrets that somebody else must have made.
    pub fn secret_refs(&self) -> Vec<&str> {
        let database = self.database.as_ref().and_then(|s| s.external.as_ref());
        let broker = self.broker.as_ref().and_then(|s| s.external.as_ref());
        let cache = self.cache.as_ref().and_then(|s| s.external.as_ref());
        let refs = [
            database.and_then(|e| e.admin_secret.as_ref()),
            database.and_then(|e| e.users_secret.as_ref()),
            database.and_then(|e| e.ca_secret.as_ref()),
            broker.map(|e| &e.users_secret),
            broker.and_then(|e| e.ca_secret.as_ref()),
            cache.and_then(|e| e.users_secret.as_ref()),
            cache.and_then(|e| e.ca_secret.as_ref()),
            self.mail.as_ref().and_then(|m| m.password_secret.as_ref()),
            self.first_administrator.as_ref().and_then(|a| a.password_secret.as_ref()),
        ];
        let clients = self.clients.iter().filter_map(|c| c.secret.as_ref());
        let certificate = self.gateway.certificate().and_then(|tls| tls.secret_name.as_deref());
        refs.into_iter().flatten().chain(clients).map(|secret| secret.name.as_str()).chain(certificate).collect()
    }
}

/// How much is logged.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Failures that need a person.
    Error,
    /// And what may become one.
    Warn,
    /// And what happens.
    #[default]
    Info,
    /// And why.
    Debug,
    /// Everything.
    Trace,
}
