use super::Resources;
use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// MySQL. Give `managed` or `external`; neither means managed with defaults.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!(has(self.managed) && has(self.external))",
     "message": "give either managed or external, not both"},
]))]
pub struct DatabaseSpec {
    /// The operator runs one server (a single instance: it is down while it restarts).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedDatabase>,
    /// A server that exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalDatabase>,
}

/// A MySQL or MariaDB server of our own.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ManagedDatabase {
    /// Which server.
    pub flavour: DatabaseFlavour,
    /// Its volume.
    pub storage: Storage,
    /// What it asks for and may use.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// What becomes of the data when the SecureChat is deleted. `retain` keeps the volume and the Secrets that open it.
    pub deletion_policy: DeletionPolicy,
}

impl Default for ManagedDatabase {
    fn default() -> Self {
        Self {
            flavour: DatabaseFlavour::default(),
            storage: Storage::of("8Gi"),
            resources: Resources::default(),
            deletion_policy: DeletionPolicy::Retain,
        }
    }
}

/// Which SQL server.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseFlavour {
    /// MySQL 8.4.
    #[default]
    Mysql,
    /// MariaDB 10.11 or newer.
    Mariadb,
}

/// A server that exists.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!has(self.caSecret) || self.tls", "message": "caSecret needs tls: true", "fieldPath": ".caSecret"},
    {"rule": "has(self.adminUser) == has(self.adminSecret)", "message": "give adminUser and adminSecret together", "fieldPath": ".adminSecret"},
    {"rule": "has(self.adminSecret) != has(self.usersSecret)",
     "message": "give adminUser and adminSecret, with which schemas and users are made, or usersSecret, if they exist"},
]))]
pub struct ExternalDatabase {
    /// Its host name.
    #[schemars(length(min = 1, max = 253))]
    pub host: String,
    /// Its port.
    #[serde(default = "mysql_port")]
    #[schemars(schema_with = "schema::port")]
    pub port: i32,
    /// Require TLS, with a certificate that a public authority signed, or the one of caSecret.
    #[serde(default)]
    pub tls: bool,
    /// A Secret whose key `ca.crt` holds the certificate of the authority that signed the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_secret: Option<SecretRef>,
    /// A user that may create schemas and users. It is used by the provisioning Job alone.
    #[schemars(length(min = 1, max = 32))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_user: Option<String>,
    /// A Secret whose key `password` holds that user's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_secret: Option<SecretRef>,
    /// For schemas and users that exist already, each named after its service: a Secret with the password of every user
    /// that may change rows (keys `auth`, `account`, `users`, `session`, `chats`, `messaging`) and of every user that may
    /// change tables (`auth_migration` and so on). Nothing is provisioned then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users_secret: Option<SecretRef>,
}

fn mysql_port() -> i32 {
    3306
}

/// RabbitMQ. Give `managed` or `external`; neither means managed with defaults.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!(has(self.managed) && has(self.external))",
     "message": "give either managed or external, not both"},
]))]
pub struct BrokerSpec {
    /// The operator runs one node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedBroker>,
    /// A broker that exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalBroker>,
}

/// A RabbitMQ node of our own.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ManagedBroker {
    /// Its volume.
    pub storage: Storage,
    /// What it asks for and may use.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// What becomes of its volume when the SecureChat is deleted. Nothing in it is lost for good: services send again.
    pub deletion_policy: DeletionPolicy,
}

impl Default for ManagedBroker {
    fn default() -> Self {
        Self { storage: Storage::of("2Gi"), resources: Resources::default(), deletion_policy: DeletionPolicy::Delete }
    }
}

/// A broker that exists.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!has(self.caSecret) || self.tls", "message": "caSecret needs tls: true", "fieldPath": ".caSecret"},
]))]
pub struct ExternalBroker {
    /// Its host name.
    #[schemars(length(min = 1, max = 253))]
    pub host: String,
    /// Its port.
    #[serde(default = "amqp_port")]
    #[schemars(schema_with = "schema::port")]
    pub port: i32,
    /// Its virtual host.
    #[serde(default = "vhost")]
    #[schemars(length(min = 1, max = 128))]
    pub vhost: String,
    /// Require TLS, with a certificate that a public authority signed, or the one of caSecret.
    #[serde(default)]
    pub tls: bool,
    /// A Secret whose key `ca.crt` holds the certificate of the authority that signed the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_secret: Option<SecretRef>,
    /// A Secret with a password per service: keys `account`, `users`, `session`, `chats`, `messaging`;
    /// the users have the same names.
    pub users_secret: SecretRef,
}

fn amqp_port() -> i32 {
    5672
}

fn vhost() -> String {
    "securechat".to_owned()
}

/// Redis. Give `managed` or `external`; neither means managed with defaults.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!(has(self.managed) && has(self.external))",
     "message": "give either managed or external, not both"},
]))]
pub struct CacheSpec {
    /// The operator runs one server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedCache>,
    /// A server that exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalCache>,
}

/// A Redis server of our own. It keeps nothing on disk: what it holds may be lost.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ManagedCache {
    /// Which server.
    pub flavour: CacheFlavour,
    /// What it asks for and may use.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
}

/// Which server that speaks Redis' protocol.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
pub enum CacheFlavour {
    /// Valkey 8.
    #[default]
    Valkey,
    /// Redis 7.
    Redis,
}

/// A server that exists.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!has(self.caSecret) || self.tls", "message": "caSecret needs tls: true", "fieldPath": ".caSecret"},
]))]
pub struct ExternalCache {
    /// Its host name.
    #[schemars(length(min = 1, max = 253))]
    pub host: String,
    /// Its port.
    #[serde(default = "redis_port")]
    #[schemars(schema_with = "schema::port")]
    pub port: i32,
    /// Require TLS, with a certificate that a public authority signed, or the one of caSecret.
    #[serde(default)]
    pub tls: bool,
    /// A Secret whose key `ca.crt` holds the certificate of the authority that signed the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_secret: Option<SecretRef>,
    /// A Secret with a password per service: keys `auth` and `session`; the ACL users have the same names.
    /// Without it the services sign in as nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users_secret: Option<SecretRef>,
}

fn redis_port() -> i32 {
    6379
}

/// A Secret in the same namespace.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretRef {
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// A volume.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Storage {
    /// How large, as `8Gi`.
    #[schemars(schema_with = "schema::quantity")]
    pub size: String,
    /// The storage class; absent: the cluster's default.
    #[schemars(length(min = 1, max = 253))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
}

impl Storage {
    fn of(size: &str) -> Self {
        Self { size: size.to_owned(), storage_class: None }
    }
}

/// What becomes of a store's data when the SecureChat is deleted.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
pub enum DeletionPolicy {
    /// Kept: a SecureChat of the same name finds it again.
    #[default]
    Retain,
    /// Deleted.
    Delete,
}
