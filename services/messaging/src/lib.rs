//! The hub: people's live connections, what is pushed to them, and what they call.
//!
//! A connection comes with a token and ends with the token's sign-in and epoch, not with its expiry. Each process follows
//! all events through a queue of its own (`routing/`) and pushes them to those of its connections they concern, so any
//! number of processes reach everybody. Calls go to `chats` on the caller's behalf (`methods.rs`). Of its connections a
//! process tells `session` by numbered events, heartbeats and announcements (`reporting/`).
//!
//! It owns nothing but the numbers of its processes (schema `messaging`, `store.rs`). Events in, each process for itself:
//! `users.friendship-*.v1`, `chats.*.v1`, `session.presence-changed.v1`, `session.announce-requested.v1`,
//! `account.access-changed.v1`, `messaging.notify-users.v1`, `messaging.typing.v1`. Events out:
//! `messaging.connection-opened.v1`, `-closed.v1`, `-active.v1`, `messaging.replica-heartbeat.v1`,
//! `messaging.connections-announced.v1`, `messaging.typing.v1`. (W-38..W-41, H-24, A-12)

mod app;
mod chats;
mod error;
mod http;
mod hub;
mod methods;
mod metrics;
mod person;
mod push;
mod reporting;
mod routing;
mod store;

use app::Parts;
use include_dir::{Dir, include_dir};
use securechat_config::Messaging;
use securechat_runtime::{Process, Service, StartError};

/// The schema's migrations.
pub static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Where the hub is.
pub const PATH: &str = "/hub/messaginghub";

/// Builds the service and starts its background work.
///
/// # Errors
/// The configuration cannot work, for example a secret's file is missing.
pub fn build(config: &Messaging, process: &Process) -> Result<Service, StartError> {
    let parts = Parts::new(config, process)?;
    let (public, checks) = (http::public(&parts.server), parts.checks());
    parts.start(process);
    Ok(Service { name: "messaging", public, internal: http::internal(), checks })
}

/// The service's OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    http::document()
}
