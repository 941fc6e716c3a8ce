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
    #[schemars(length(min = 3, max = 32), extend("x-kubernetes-validations" = [
        {"rule": "self.matches('^[A-Za-z0-9._-]+$')", "message": "a user name is letters, digits, dots, underscores and hyphens"},
    ]))]
    pub user_name: String,
    /// E-mail address; taken as confirmed.
    #[schemars(length(min = 3, max = 254), extend("x-kubernetes-validations" = [
        {"rule": "self.matches('^[^@ ]+@[^@ ]+$')", "message": "an e-mail address such as someone@example.org is needed"},
    ]))]
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
    #[schemars(length(min = 3, max = 32), extend("x-kubernetes-validations" = [
        {"rule": "self.matches('^[A-Za-z0-9._-]+$')", "message": "a user name is letters, digits, dots, underscores and hyphens"},
    ]))]
    pub user_name: String,
    /// E-mail address; taken as confirmed.
    #[schemars(length(min = 3, max = 254), extend("x-kubernetes-validations" = [
        {"rule": "self.matches('^[^@ ]+@[^@ ]+$')", "message": "an e-mail address such as someone@example.org is needed"},
    ]))]
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
