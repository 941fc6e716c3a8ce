use super::PersonRef;
use crate::Permission;
use securechat_kernel::{ChatId, InvitationId, MessageId, SignInId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// On whose behalf `messaging` calls `chats`: read from the hub connection's verified token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Actor {
    /// The person.
    pub user_id: UserId,
    /// Her sign-in.
    pub sid: SignInId,
    /// The epoch her token was issued at.
    pub auth_epoch: u64,
    /// What her token allows.
    pub permissions: Vec<Permission>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// The id its author's client made.
    #[schema(value_type = uuid::Uuid)]
    pub id: MessageId,
    /// The chat.
    #[schema(value_type = uuid::Uuid)]
    pub chat_id: ChatId,
    /// Its place: 1, 2, 3 … without gaps within the chat.
    pub seq: u64,
    /// Who wrote it.
    pub sender: PersonRef,
    /// What it says.
    pub text: String,
    /// When the server stored it.
    #[serde(with = "time::serde::rfc3339")]
    pub sent_at: OffsetDateTime,
}

/// Body of `POST /internal/chats/{id}/messages`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendMessageFor {
    /// Who sends.
    pub actor: Actor,
    /// Made by the client: sending it again is answered with the stored message.
    pub id: MessageId,
    /// 1 to 4,000 characters.
    pub text: String,
}

/// Body of `POST /internal/chats/{id}/read-marker`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MarkReadFor {
    /// Who read.
    pub actor: Actor,
    /// Up to and including this message.
    pub seq: u64,
}

/// How far somebody has read a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadMarker {
    /// The last message read; 0 for none.
    pub read_seq: u64,
    /// How many messages of others stand after it.
    pub unread: u64,
}

/// How far a client knows a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Position {
    /// The chat.
    pub chat_id: ChatId,
    /// The last message the client holds without a gap before it.
    pub after_seq: u64,
}

/// Body of `POST /internal/chats/sync`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncFor {
    /// Who asks.
    pub actor: Actor,
    /// At most 500 positions.
    pub positions: Vec<Position>,
    /// At most so many messages a chat; more missed means `reload`.
    pub limit: u32,
}

/// What became of one position: everything, or an explicit word that it is not everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SyncStatus {
    /// `messages` holds all that was missed.
    Complete,
    /// Too much was missed: read the chat anew.
    Reload,
    /// The person is no longer a member, or the chat is gone.
    Gone,
}

/// One chat, caught up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncedChat {
    /// The chat.
    #[schema(value_type = uuid::Uuid)]
    pub chat_id: ChatId,
    /// Whether `messages` is everything.
    pub status: SyncStatus,
    /// What was missed, by `seq` ascending; empty unless `complete`.
    pub messages: Vec<MessageView>,
    /// The chat's last message.
    pub last_seq: u64,
    /// The person's read marker.
    pub read_seq: u64,
}

/// Answer to a sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Synced {
    /// One entry a position asked for.
    pub chats: Vec<SyncedChat>,
}

/// Body of `POST /internal/chats/memberships`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MembershipsRequest {
    /// At most 500 people.
    pub user_ids: Vec<UserId>,
}

/// Answer to `POST /internal/chats/memberships`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Memberships {
    /// One entry a person asked for.
    pub memberships: Vec<MembershipsOf>,
}

/// The chats of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MembershipsOf {
    /// The person.
    pub user_id: UserId,
    /// Her chats.
    pub chats: Vec<Membership>,
}

/// One membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// The chat.
    pub chat_id: ChatId,
    /// The chat's version when this was read: older membership events are stale.
    pub version: u64,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InvitationState {
    /// Waiting for the invitee.
    Pending,
    /// Accepted: she is a member.
    Accepted,
    /// Declined.
    Declined,
}

/// An invitation to a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    /// The invitation.
    #[schema(value_type = uuid::Uuid)]
    pub id: InvitationId,
    /// The room.
    #[schema(value_type = uuid::Uuid)]
    pub chat_id: ChatId,
    /// The room's name.
    pub chat_name: String,
    /// Who invites.
    pub inviter: PersonRef,
    /// Who is invited.
    #[schema(value_type = uuid::Uuid)]
    pub invitee_id: UserId,
    /// Where it stands.
    pub state: InvitationState,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}
