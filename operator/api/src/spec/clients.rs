use super::SecretRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A program that may sign people in (an OpenID Connect client).
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "(self.kind == 'confidential') == has(self.secret)",
     "message": "a confidential client needs a secret, and a public one cannot keep any", "fieldPath": ".secret"},
    {"rule": "!('authorization_code' in self.grants) || (has(self.redirectUris) && size(self.redirectUris) > 0)",
     "message": "authorization_code needs at least one of redirectUris", "fieldPath": ".redirectUris"},
    {"rule": "!('client_credentials' in self.grants) || self.kind == 'confidential'",
     "message": "client_credentials is for confidential clients: anybody could present a public client's id", "fieldPath": ".grants"},
]))]
pub struct Client {
    /// `client_id`.
    #[schemars(length(min = 1, max = 64), extend("x-kubernetes-validations" = [
        {"rule": "self.matches('^[a-z0-9][a-z0-9._-]*$')", "message": "a client's id is small letters, digits, dots, underscores and hyphens"},
        {"rule": "!(self in ['auth', 'account', 'users', 'session', 'chats', 'messaging'])", "message": "this id belongs to one of the services"},
    ]))]
    pub id: String,
    /// What people are shown when the client asks for their data.
    #[schemars(length(min = 1, max = 80))]
    pub name: String,
    /// Whether it can keep a secret.
    #[serde(default)]
    pub kind: ClientKind,
    /// How it may ask for tokens.
    #[schemars(length(min = 1, max = 4))]
    pub grants: Vec<Grant>,
    /// Where a sign-in may return to, compared exactly. One that begins with `/` is below publicUrl.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20), inner(length(min = 1, max = 512)))]
    pub redirect_uris: Vec<String>,
    /// Where a sign-out may return to, in the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20), inner(length(min = 1, max = 512)))]
    pub post_logout_redirect_uris: Vec<String>,
    /// What it may ask for; absent: what the web client may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20), inner(length(min = 1, max = 64)))]
    pub scopes: Vec<String>,
    /// A Secret whose key `secret` holds the client's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretRef>,
}

/// Whether a client can keep a secret.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
pub enum ClientKind {
    /// It cannot: it runs in a browser or on people's devices.
    #[default]
    Public,
    /// It can: it runs on a server.
    Confidential,
}

/// A way to ask for a token.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// A person signs in, in a browser (with PKCE).
    AuthorizationCode,
    /// A token is renewed without asking the person.
    RefreshToken,
    /// The client speaks for itself.
    ClientCredentials,
}
