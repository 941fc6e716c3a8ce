//! Accounts: who there is, how she proves herself, which roles she holds. It owns every credential and serves its own
//! pages for registering and confirming; only `auth` may ask it to check a password.
//!
//! Owns the schema `account`. Events out: user-registered, email-confirmed, access-changed. (W-11, W-12, W-16..W-22)

mod app;
mod error;
pub mod http;
mod mail;
mod model;
mod passwords;
mod seed;
mod store;

use app::App;
use include_dir::{Dir, include_dir};
use securechat_config::Account;
use securechat_runtime::{Process, Service, StartError};

/// The schema's migrations.
pub static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Builds the service and starts its background work.
///
/// # Errors
/// The configuration cannot work, for example a secret's file is missing.
pub fn build(config: &Account, process: &Process) -> Result<Service, StartError> {
    let app = App::new(config, process)?;
    if let Some(worker) = app.mail_worker() {
        process.spawn_until_stopped("mail", worker.run());
    }
    process.spawn_until_stopped("signing keys of auth", app.verifier.jwks().clone().keep_fresh());
    process.spawn("outbox", app.relay().run(process.stopping()));
    process.spawn_until_stopped("demo accounts", seed::run(app.clone(), config.demo_accounts.clone()));
    Ok(Service { name: "account", public: http::public(&app), internal: http::internal(&app), checks: app.checks() })
}
