use super::event;
use securechat_kernel::{ChatId, ConnectionId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A hub connection was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionOpened {
    /// Whose.
    pub user_id: UserId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// The replica that holds it.
    pub replica: Uuid,
    /// Grows with every event of this connection: a late one is ignored.
    pub number: u64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}
event!(ConnectionOpened, "messaging.connection-opened.v1", user_id);

/// A hub connection was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionClosed {
    /// Whose.
    pub user_id: UserId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// The replica that held it.
    pub replica: Uuid,
    /// Grows with every event of this connection.
    pub number: u64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}
event!(ConnectionClosed, "messaging.connection-closed.v1", user_id);

/// Somebody did something at a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionActive {
    /// Whose.
    pub user_id: UserId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// The replica that holds it.
    pub replica: Uuid,
    /// Grows with every event of this connection.
    pub number: u64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}
event!(ConnectionActive, "messaging.connection-active.v1", user_id);

/// A hub replica is alive; without it, its connections expire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplicaHeartbeat {
    /// The replica.
    pub replica: Uuid,
    /// How many connections it holds.
    pub connections: u64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}
event!(ReplicaHeartbeat, "messaging.replica-heartbeat.v1", replica);

/// All, or a part of, the connections that a replica holds: its answer to `session.announce-requested.v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsAnnounced {
    /// The replica.
    pub replica: Uuid,
    /// At most 1,000 connections; a replica with more sends several.
    pub connections: Vec<AnnouncedConnection>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}
event!(ConnectionsAnnounced, "messaging.connections-announced.v1", replica);

/// One announced connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnouncedConnection {
    /// Whose.
    pub user_id: UserId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// Its number now.
    pub number: u64,
    /// When somebody last did something at it.
    #[serde(with = "time::serde::rfc3339")]
    pub active_at: OffsetDateTime,
}

/// Push `data` to every connection of these people under the client method `method`. (W-41)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotifyUsers {
    /// This notification.
    pub id: Uuid,
    /// To whom.
    pub user_ids: Vec<UserId>,
    /// The client method.
    pub method: String,
    /// Its one argument, a JSON object (never JSON in a string, B-36).
    #[schema(value_type = Object)]
    pub data: serde_json::Map<String, serde_json::Value>,
}
event!(NotifyUsers, "messaging.notify-users.v1", id);

/// Somebody is typing. A hint: nobody stores it, and losing it harms nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    /// In which chat.
    pub chat_id: ChatId,
    /// Who.
    pub user_id: UserId,
}
event!(Typing, "messaging.typing.v1", chat_id);
