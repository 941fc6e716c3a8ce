use securechat_kernel::UserId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// At least one connection, and somebody at it.
    Online,
    /// Connected, but nobody did anything for a while.
    Idle,
    /// No connection.
    Offline,
}

/// A friend's presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FriendPresence {
    /// The friend.
    #[schema(value_type = uuid::Uuid)]
    pub user_id: UserId,
    /// How she is.
    pub presence: Presence,
    /// Since when; absent for somebody who was never seen.
    #[serde(with = "time::serde::rfc3339::option")]
    pub since: Option<OffsetDateTime>,
}
