use super::event;
use securechat_kernel::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody registered. (W-22, B-01)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRegistered {
    /// The new account's id.
    pub user_id: UserId,
    /// Its user name.
    pub user_name: String,
    /// Its e-mail address.
    pub email: String,
}
event!(UserRegistered, "account.user-registered.v1", user_id);

/// An e-mail address was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmailConfirmed {
    /// Whose.
    pub user_id: UserId,
    /// Which address.
    pub email: String,
}
event!(EmailConfirmed, "account.email-confirmed.v1", user_id);

/// What an account may do changed: tokens with a smaller epoch are void from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessChanged {
    /// Whose.
    pub user_id: UserId,
    /// The new epoch.
    pub auth_epoch: u64,
}
event!(AccessChanged, "account.access-changed.v1", user_id, auth_epoch);
