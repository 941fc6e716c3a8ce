use crate::{Database, Secret, Telemetry, Tls};
use serde::{Deserialize, Serialize};

/// Configuration of `securechat provision`: what must exist on the database server before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provision {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// A user that may create schemas and users.
    pub admin_user: String,
    /// Its password; absent for a server that was just made and has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_password_file: Option<Secret>,
    /// TLS towards the server.
    #[serde(default)]
    pub tls: Tls,
    /// Give up when the server was not reached for so long.
    #[serde(default = "wait_seconds")]
    pub wait_seconds: u64,
    /// The schemas. One that stands here twice has two pairs of users, either of which opens it: while passwords are
    /// rotated, processes of the old pair still run when those of the new one start.
    pub schemas: Vec<ProvisionSchema>,
    /// Users that must not exist any more, since nobody signs in as one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_users: Vec<String>,
}

/// One schema and its two users. (W-57)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvisionSchema {
    /// The schema.
    pub name: String,
    /// May change tables: for migrations only.
    pub ddl_user: String,
    /// Its password.
    pub ddl_password_file: Secret,
    /// May change rows: for the service.
    pub dml_user: String,
    /// Its password.
    pub dml_password_file: Secret,
}

/// Configuration of `securechat migrate <service>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// Logs.
    #[serde(default)]
    pub telemetry: Telemetry,
    /// The schema, with the user that may change tables.
    pub database: Database,
}

fn wait_seconds() -> u64 {
    60
}
