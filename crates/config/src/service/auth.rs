use crate::{Cache, Database, Http, Peer, Secret, Telemetry};
use serde::{Deserialize, Serialize};
use url::Url;

/// Configuration of `auth`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Listeners.
    pub http: Http,
    /// Logs.
    #[serde(default)]
    pub telemetry: Telemetry,
    /// Schema `auth`.
    pub database: Database,
    /// Counts of failed sign-ins; without it each replica counts for itself.
    pub cache: Cache,
    /// Where people reach the product; the issuer is `<public_url>/auth`.
    pub public_url: Url,
    /// Who knows passwords and permissions.
    pub account: Peer,
    /// Encrypts the signing keys in the database: 32 bytes as base64. Losing it loses the keys; it is never replaced.
    pub key_encryption_key_file: Secret,
    /// The applications that may ask for tokens, services included.
    pub clients: Vec<Client>,
    /// Life of an access token.
    #[serde(default = "access_token_seconds")]
    pub access_token_seconds: u32,
    /// Life of a refresh token that is not used.
    #[serde(default = "refresh_token_days")]
    pub refresh_token_days: u32,
    /// Life of a sign-in ("remember me"), whatever is refreshed meanwhile.
    #[serde(default = "sign_in_days")]
    pub sign_in_days: u32,
    /// How long a signing key signs before the next one takes over.
    #[serde(default = "key_days")]
    pub key_days: u32,
    /// How long a new key is published before it signs; longer than any verifier keeps its copy.
    #[serde(default = "key_announce_seconds")]
    pub key_announce_seconds: u64,
    /// At most so many failed sign-ins for one user name, and from one address, within ten minutes.
    #[serde(default = "failed_sign_ins_max")]
    pub failed_sign_ins_max: u32,
}

/// An application that may ask for tokens (RFC 6749 section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// `client_id`; for a service its name.
    pub id: String,
    /// What people are shown.
    pub name: String,
    /// The secret; absent for a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<Secret>,
    /// How it may ask.
    pub grants: Vec<GrantType>,
    /// Where a sign-in may return to, compared exactly.
    #[serde(default)]
    pub redirect_uris: Vec<Url>,
    /// Where a sign-out may return to, compared exactly.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<Url>,
    /// What it may ask for.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Audiences that a client without scopes (a service) may ask for by `resource` (RFC 8707).
    #[serde(default)]
    pub audiences: Vec<String>,
}

/// A way to ask for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 section 4.1, always with PKCE S256 (RFC 7636).
    AuthorizationCode,
    /// RFC 6749 section 6, always rotating.
    RefreshToken,
    /// RFC 6749 section 4.4.
    ClientCredentials,
}

fn access_token_seconds() -> u32 {
    300
}

fn refresh_token_days() -> u32 {
    14
}

fn sign_in_days() -> u32 {
    30
}

fn key_days() -> u32 {
    30
}

fn key_announce_seconds() -> u64 {
    900
}

fn failed_sign_ins_max() -> u32 {
    10
}
