//! The claims of an access token: written by `auth`, read by everybody.

use securechat_contracts::Permission;
use serde::{Deserialize, Serialize};

/// The `typ` header of an access token (RFC 9068 section 2.1); an ID token has another and is refused.
pub const TOKEN_TYPE: &str = "at+jwt";

/// RFC 9068 section 2.2, with ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// The person's id, or the service's name.
    pub sub: String,
    /// For which services (`urn:securechat:<service>`).
    pub aud: Vec<String>,
    /// Until when, in seconds since 1970.
    pub exp: i64,
    /// Since when, in seconds since 1970.
    pub iat: i64,
    /// This token.
    pub jti: String,
    /// The application that asked for it.
    pub client_id: String,
    /// What the application may do, by words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The sign-in it came from; absent in a service's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The account's epoch when it was issued; absent in a service's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_epoch: Option<u64>,
    /// What the person may do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
}
