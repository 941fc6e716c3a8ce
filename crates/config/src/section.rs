//! The sections that several configurations share.

use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use url::Url;

/// A file that holds a secret: the configuration itself never does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub PathBuf);

/// The secret cannot be read.
pub type SecretError = crate::ConfigError;

impl Secret {
    /// Reads the secret now, so that a rotated one is seen at the next read.
    ///
    /// # Errors
    /// When the file cannot be read or is empty.
    pub fn read(&self) -> Result<String, SecretError> {
        crate::read_secret(&self.0)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// The listeners of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// What the gateway reaches: the public paths.
    pub public: SocketAddr,
    /// What other services reach: `/internal/…`; every call names its caller by a service token.
    pub internal: SocketAddr,
    /// `/live`, `/ready`, `/health` and `/metrics`.
    pub admin: SocketAddr,
    /// How long one request may take.
    #[serde(default = "defaults::request_timeout_ms")]
    pub request_timeout_ms: u64,
    /// How long a stopping process waits for what is under way.
    #[serde(default = "defaults::drain_timeout_ms")]
    pub drain_timeout_ms: u64,
}

/// Logs and traces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// A filter such as `info` or `info,securechat_chats=debug`.
    pub log: String,
    /// Where traces go; absent: nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traces: Option<Traces>,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { log: "info".to_owned(), traces: None }
    }
}

/// Where traces go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// The base of an OTLP/HTTP receiver, such as `http://collector:4318`.
    pub endpoint: Url,
    /// Of a hundred traces so many are told, the same ones by every process.
    #[serde(default = "defaults::sample_percent")]
    pub sample_percent: u8,
}

/// TLS towards a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// In the clear: for a server on the same machine or inside the cluster's network policy.
    #[default]
    Off,
    /// Required, with a certificate that a public or system authority signed.
    Required,
    /// Required, with a certificate that the authority in this file (PEM) signed.
    Authority(Secret),
}

/// One schema on the MySQL (or MariaDB) server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The schema.
    pub name: String,
    /// The user: the one that may change rows for services, the one that may change tables for migrations.
    pub user: String,
    /// Its password.
    pub password_file: Secret,
    /// TLS towards the server.
    #[serde(default)]
    pub tls: Tls,
    /// At most so many connections.
    #[serde(default = "defaults::pool_max")]
    pub pool_max: u32,
    /// How long a request waits for a connection before it is answered 503.
    #[serde(default = "defaults::acquire_timeout_ms")]
    pub acquire_timeout_ms: u64,
}

/// RabbitMQ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broker {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Virtual host.
    pub vhost: String,
    /// User.
    pub user: String,
    /// Its password.
    pub password_file: Secret,
    /// TLS towards the server.
    #[serde(default)]
    pub tls: Tls,
}

/// Redis (or Valkey): holds only what may be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// ACL user; absent for a server without users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<Secret>,
    /// Every key begins with it.
    pub prefix: String,
    /// TLS towards the server.
    #[serde(default)]
    pub tls: Tls,
}

/// How access tokens are checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenCheck {
    /// The `iss` that a token must carry: `<public URL>/auth`.
    pub issuer: Url,
    /// Where the signing keys are: auth's internal listener, never the edge.
    pub jwks_url: Url,
    /// How often the keys are fetched anew. An unknown key id fetches at once, at most every 30 s.
    #[serde(default = "defaults::jwks_refresh_seconds")]
    pub jwks_refresh_seconds: u64,
    /// For how long the last good keys are trusted while auth is away.
    #[serde(default = "defaults::jwks_keep_seconds")]
    pub jwks_keep_seconds: u64,
}

/// Who this service is towards other services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Where the tokens come from.
    pub credentials: ServiceCredentials,
}

/// Where a service token comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ServiceCredentials {
    /// `client_credentials` at auth (RFC 6749 section 4.4).
    ClientCredentials {
        /// Auth's token endpoint on its internal listener.
        token_url: Url,
        /// The client's secret; its id is the service's name.
        secret_file: Secret,
    },
}

/// Another service's internal listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its base URL.
    pub url: Url,
    /// Further replicas, where no name stands for all of them: tried in turn when one cannot be reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_urls: Vec<Url>,
    /// How long one call may take.
    #[serde(default = "defaults::peer_timeout_ms")]
    pub timeout_ms: u64,
}

mod defaults {
    pub(super) fn sample_percent() -> u8 {
        100
    }
    pub(super) fn request_timeout_ms() -> u64 {
        10_000
    }
    pub(super) fn drain_timeout_ms() -> u64 {
        15_000
    }
    pub(super) fn pool_max() -> u32 {
        10
    }
    pub(super) fn acquire_timeout_ms() -> u64 {
        2_000
    }
    pub(super) fn jwks_refresh_seconds() -> u64 {
        300
    }
    pub(super) fn jwks_keep_seconds() -> u64 {
        3_600
    }
    pub(super) fn peer_timeout_ms() -> u64 {
        2_000
    }
}
