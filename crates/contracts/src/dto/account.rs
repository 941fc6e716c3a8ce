use crate::{Permission, Role};
use securechat_kernel::UserId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// `auth` asks `account` whether the password is right.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyCredentials {
    /// The user name as typed.
    pub user_name: String,
    /// The password as typed.
    pub password: String,
}

// The password must not reach a log by way of `{:?}`.
impl std::fmt::Debug for VerifyCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyCredentials").field("user_name", &self.user_name).finish_non_exhaustive()
    }
}

/// What an account may do now: asked at every issue of a token, never copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// The account.
    pub user_id: UserId,
    /// Its user name.
    pub user_name: String,
    /// Its e-mail address.
    pub email: String,
    /// Whether the address was confirmed.
    pub email_verified: bool,
    /// The roles it holds.
    pub roles: Vec<Role>,
    /// What those roles allow, each once.
    pub permissions: Vec<Permission>,
    /// Grows with every change of roles or password; tokens with a smaller one are void.
    pub auth_epoch: u64,
    /// When the account was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}
