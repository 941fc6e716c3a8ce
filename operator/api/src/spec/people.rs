use super::SecretRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who may register.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RegistrationSpec {
    /// Who may register.
    pub mode: RegistrationMode,
}

/// Who may register.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Anybody.
    #[default]
    Open,
    /// Nobody.
    Closed,
}

/// The person who may grant roles to others.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FirstAdministrator {
    /// User name.
    #[schemars(length(min = 3, max = 32), regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    pub user_name: String,
    /// E-mail address; taken as confirmed.
    #[schemars(length(min = 3, max = 254), regex(pattern = r"^[^@\s]+@[^@\s]+$"))]
    pub email: String,
    /// A Secret whose key `password` holds the first password; absent: one is generated into the Secret
    /// `<name>-accounts`, key `<userName>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_secret: Option<SecretRef>,
}

/// An account to try the platform with. Its password is generated into the Secret `<name>-accounts`.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DemoAccount {
    /// User name.
    #[schemars(length(min = 3, max = 32), regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    pub user_name: String,
    /// E-mail address; taken as confirmed.
    #[schemars(length(min = 3, max = 254), regex(pattern = r"^[^@\s]+@[^@\s]+$"))]
    pub email: String,
    /// Roles beside `user`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 3))]
    pub roles: Vec<RoleName>,
}

/// A role that an account may be given.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum RoleName {
    /// May moderate people and chats.
    Moderator,
    /// May grant roles.
    Admin,
}
