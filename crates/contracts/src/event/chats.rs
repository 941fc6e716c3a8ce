use super::event;
use crate::dto::{InvitationView, MessageView};
use securechat_kernel::{ChatId, InvitationId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A chat came to be, with its first members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatCreated {
    /// The chat.
    pub chat_id: ChatId,
    /// Its members.
    pub members: Vec<UserId>,
    /// The chat's version.
    pub version: u64,
}
event!(ChatCreated, "chats.chat-created.v1", chat_id, version);

/// A chat was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatDeleted {
    /// The chat.
    pub chat_id: ChatId,
    /// Who were its members.
    pub members: Vec<UserId>,
    /// The chat's version.
    pub version: u64,
}
event!(ChatDeleted, "chats.chat-deleted.v1", chat_id, version);

/// Somebody joined a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberJoined {
    /// The room.
    pub chat_id: ChatId,
    /// Who.
    pub user_id: UserId,
    /// The chat's version.
    pub version: u64,
}
event!(MemberJoined, "chats.member-joined.v1", chat_id, version);

/// Somebody left a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberLeft {
    /// The room.
    pub chat_id: ChatId,
    /// Who.
    pub user_id: UserId,
    /// The chat's version.
    pub version: u64,
}
event!(MemberLeft, "chats.member-left.v1", chat_id, version);

/// Somebody was invited to a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationCreated {
    /// The invitation's id.
    pub invitation_id: InvitationId,
    /// The invitation.
    pub invitation: InvitationView,
}
event!(InvitationCreated, "chats.invitation-created.v1", invitation_id);

/// An invitation was accepted or declined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationAnswered {
    /// The invitation's id.
    pub invitation_id: InvitationId,
    /// The invitation as it is now.
    pub invitation: InvitationView,
}
event!(InvitationAnswered, "chats.invitation-answered.v1", invitation_id);

/// A message was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessagePosted {
    /// The chat.
    pub chat_id: ChatId,
    /// The message, whole.
    pub message: MessageView,
}
impl crate::Event for MessagePosted {
    const TYPE: &'static str = "chats.message-posted.v1";
    fn subject(&self) -> String {
        self.chat_id.to_string()
    }
    fn version(&self) -> u64 {
        self.message.seq
    }
}

/// Somebody read on: her other devices clear their badge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadMarkerMoved {
    /// The chat.
    pub chat_id: ChatId,
    /// Who.
    pub user_id: UserId,
    /// The last message read.
    pub read_seq: u64,
    /// How many messages of others stand after it.
    pub unread: u64,
}
event!(ReadMarkerMoved, "chats.read-marker-moved.v1", chat_id, read_seq);
