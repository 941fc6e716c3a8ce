//! People and friendships: profiles, search, requests, friendships. Rules live in the crate `securechat-users-domain`,
//! commands and queries in `application`, SQL in `infrastructure`; `http` and `events` are the edges.
//!
//! Owns the schema `users`. Events in: `account.user-registered.v1`; `account.access-changed.v1` per process. Events out:
//! `users.friendship-requested.v1`, `users.friendship-request-answered.v1`, `users.friendship-created.v1`,
//! `users.friendship-deleted.v1`. (W-23, W-24, W-26..W-33, H-13..H-17)

mod app;
mod application;
mod events;
pub mod http;
mod infrastructure;

use app::App;
use include_dir::{Dir, include_dir};
use securechat_config::Users;
use securechat_runtime::{Process, Service, StartError};

/// The schema's migrations.
pub static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Builds the service and starts its background work.
///
/// # Errors
/// The configuration cannot work, for example a secret's file is missing.
pub fn build(config: &Users, process: &Process) -> Result<Service, StartError> {
    let app = App::new(config, process)?;
    process.spawn_until_stopped("signing keys of auth", app.verifier.jwks().clone().keep_fresh());
    events::spawn(&app, process);
    Ok(Service { name: "users", public: http::public(&app), internal: http::internal(&app), checks: app.checks() })
}
