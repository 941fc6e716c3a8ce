use super::event;
use crate::dto::Presence;
use securechat_kernel::UserId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// `session` lost its live state: every hub replica announces its connections again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnounceRequested {
    /// This request.
    pub id: Uuid,
}
event!(AnnounceRequested, "session.announce-requested.v1", id);

/// Somebody came, went, fell idle or woke: an edge, never a repetition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresenceChanged {
    /// Who.
    pub user_id: UserId,
    /// How she is now.
    pub presence: Presence,
    /// Her friends: who is to be told.
    pub audience: Vec<UserId>,
    /// Grows with every edge of this person.
    pub version: u64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}
event!(PresenceChanged, "session.presence-changed.v1", user_id, version);
