use crate::{Broker, Cache, Database, Http, Identity, Peer, Secret, Telemetry, TokenCheck};
use serde::{Deserialize, Serialize};

/// Configuration of `users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// Listeners.
    pub http: Http,
    /// Logs.
    #[serde(default)]
    pub telemetry: Telemetry,
    /// Schema `users`.
    pub database: Database,
    /// Events in and out.
    pub broker: Broker,
    /// Tokens in.
    pub tokens: TokenCheck,
}

/// Configuration of `chats`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chats {
    /// Listeners.
    pub http: Http,
    /// Logs.
    #[serde(default)]
    pub telemetry: Telemetry,
    /// Schema `chats`.
    pub database: Database,
    /// Events in and out.
    pub broker: Broker,
    /// Tokens in.
    pub tokens: TokenCheck,
    /// Tokens out, towards `users`.
    pub identity: Identity,
    /// Who knows people and friendships.
    pub users: Peer,
}

/// Configuration of `session`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Listeners.
    pub http: Http,
    /// Logs.
    #[serde(default)]
    pub telemetry: Telemetry,
    /// Schema `session`: the history.
    pub database: Database,
    /// Events in and out.
    pub broker: Broker,
    /// Live presence.
    pub cache: Cache,
    /// Tokens in.
    pub tokens: TokenCheck,
    /// Tokens out, towards `users`.
    pub identity: Identity,
    /// Who knows friendships.
    pub users: Peer,
    /// Connections of a replica that was silent for so long are gone.
    #[serde(default = "replica_expiry_seconds")]
    pub replica_expiry_seconds: u64,
    /// A connection over REST that was not refreshed for so long is gone.
    #[serde(default = "rest_expiry_seconds")]
    pub rest_expiry_seconds: u64,
    /// Somebody who did nothing for so long is idle.
    #[serde(default = "idle_after_seconds")]
    pub idle_after_seconds: u64,
    /// Going offline is told only after so long, so that a reload is not seen.
    #[serde(default = "offline_debounce_ms")]
    pub offline_debounce_ms: u64,
    /// The history is kept for so long.
    #[serde(default = "history_days")]
    pub history_days: u32,
}

/// Configuration of `messaging`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messaging {
    /// Listeners.
    pub http: Http,
    /// Logs.
    #[serde(default)]
    pub telemetry: Telemetry,
    /// Schema `messaging`.
    pub database: Database,
    /// Events in and out.
    pub broker: Broker,
    /// Tokens in.
    pub tokens: TokenCheck,
    /// Tokens out, towards `chats`.
    pub identity: Identity,
    /// Who stores messages.
    pub chats: Peer,
    /// Signs connection tokens: 32 bytes as base64, the same for all replicas.
    pub connection_token_key_file: Secret,
    /// How often a replica says that it lives.
    #[serde(default = "heartbeat_seconds")]
    pub heartbeat_seconds: u64,
    /// The hub pings a quiet connection so often.
    #[serde(default = "ping_seconds")]
    pub ping_seconds: u64,
    /// A client that says nothing for so long is cut.
    #[serde(default = "client_timeout_seconds")]
    pub client_timeout_seconds: u64,
}

fn replica_expiry_seconds() -> u64 {
    35
}

fn rest_expiry_seconds() -> u64 {
    90
}

fn idle_after_seconds() -> u64 {
    900
}

fn offline_debounce_ms() -> u64 {
    2_000
}

fn history_days() -> u32 {
    90
}

fn heartbeat_seconds() -> u64 {
    10
}

fn ping_seconds() -> u64 {
    15
}

fn client_timeout_seconds() -> u64 {
    30
}
