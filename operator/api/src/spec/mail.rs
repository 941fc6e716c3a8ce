use super::SecretRef;
use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A mail server.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!has(self.passwordSecret) || self.encryption != 'none'",
     "message": "a password must not travel in the clear: give encryption starttls or tls", "fieldPath": ".encryption"},
    {"rule": "has(self.userName) == has(self.passwordSecret)",
     "message": "give userName and passwordSecret together", "fieldPath": ".passwordSecret"},
]))]
pub struct MailSpec {
    /// Its host name.
    #[schemars(length(min = 1, max = 253))]
    pub host: String,
    /// Its port.
    #[serde(default = "submission")]
    #[schemars(schema_with = "schema::port")]
    pub port: i32,
    /// The sender, as `SecureChat <chat@example.org>`.
    #[schemars(length(min = 3, max = 320), extend("x-kubernetes-validations" = [
        {"rule": "self.matches('^[^@\\r\\n]+@[^@\\r\\n]+$')", "message": "from must be a sender, such as SecureChat <chat@example.org>"},
    ]))]
    pub from: String,
    /// How the connection is protected.
    #[serde(default)]
    pub encryption: MailEncryption,
    /// The user name, where the server wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 320))]
    pub user_name: Option<String>,
    /// A Secret whose key `password` holds that user's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_secret: Option<SecretRef>,
}

/// How the connection to the mail server is protected.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    /// STARTTLS, required.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

fn submission() -> i32 {
    587
}
