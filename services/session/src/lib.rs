//! Presence: who is there, since when, and what was.
//!
//! Hub replicas tell of their connections; this service keeps each person's set of live connections in Redis (`live/`),
//! tells her friends of every edge — first on, idle, active again, last off — and writes one row a span of presence into
//! the schema `session` (`store.rs`). Redis may be lost: then every replica announces its connections again.
//!
//! Events in: `messaging.connection-opened.v1`, `-closed.v1`, `-active.v1`, `messaging.replica-heartbeat.v1`,
//! `messaging.connections-announced.v1`, and `account.access-changed.v1` per process. Events out:
//! `session.presence-changed.v1`, `session.announce-requested.v1`. Any number of processes share the work: every change
//! is one script in Redis, and the sweeper runs under a lock. (W-36, W-37, H-10..H-12, A-13, A-14)

mod announce;
mod app;
mod error;
mod events;
mod friends;
mod http;
mod live;
mod model;
mod store;
mod sweeper;
mod telling;

use app::App;
use include_dir::{Dir, include_dir};
use securechat_config::Session;
use securechat_runtime::{Process, Service, StartError};

/// The schema's migrations.
pub static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Builds the service and starts its background work.
///
/// # Errors
/// The configuration cannot work, for example a secret's file is missing.
pub fn build(config: &Session, process: &Process) -> Result<Service, StartError> {
    let app = App::new(config, process)?;
    process.spawn_until_stopped("token keys", app.verifier.jwks().clone().keep_fresh());
    events::spawn(&app, process);
    process.spawn_until_stopped("sweeper", sweeper::run(app.clone()));
    Ok(Service { name: "session", public: http::public(&app), internal: http::internal(), checks: app.checks() })
}

/// The service's OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    http::document()
}
