//! Chats: private ones between friends and rooms, their members, messages and read markers. Every message has a number,
//! dense within its chat, given in the transaction that stores it; everything else — delivery, catching up, counting
//! what is unread — stands on that number. (A-01..A-04, A-06..A-09, A-11)
//!
//! Owns the schema `chats`, and small projections of who is called what and who is whose friend. Events in:
//! user-registered, friendship-created, friendship-deleted. Events out: `chats.*`.

mod app;
mod error;
mod events;
pub mod http;
mod model;
mod store;

use app::App;
use include_dir::{Dir, include_dir};
use securechat_config::Chats;
use securechat_runtime::{Process, Service, StartError};

/// The schema's migrations.
pub static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Builds the service and starts its background work.
///
/// # Errors
/// The configuration cannot work, for example a secret's file is missing.
pub fn build(config: &Chats, process: &Process) -> Result<Service, StartError> {
    let app = App::new(config, process)?;
    process.spawn_until_stopped("signing keys of auth", app.verifier.jwks().clone().keep_fresh());
    process.spawn("outbox", app.relay().run(process.stopping()));
    events::spawn(&app, process);
    Ok(Service { name: "chats", public: http::public(&app), internal: http::internal(&app), checks: app.checks() })
}
