//! The OpenID provider: sign-ins, grants, keys and tokens. It knows no password and no permission — it asks `account`,
//! before anything is issued and again at every refresh.
//!
//! `protocol/` holds the rules of OAuth and OpenID Connect without I/O; `http/` has one file an endpoint; `keys/` the
//! signing keys; `store/` all SQL. Events: none. (W-01, W-02, W-05, W-08..W-10, H-04, H-26)

mod accounts;
mod app;
mod clients;
mod counts;
mod error;
pub mod http;
mod issue;
mod keys;
mod opaque;
mod protocol;
mod seal;
mod store;
mod throttle;

use app::App;
use include_dir::{Dir, include_dir};
use securechat_config::Auth;
use securechat_runtime::{Process, Service, StartError};

/// The schema's migrations.
pub static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Builds the service and starts its background work.
///
/// # Errors
/// The configuration cannot work, for example a secret's file is missing.
pub fn build(config: &Auth, process: &Process) -> Result<Service, StartError> {
    let app = App::new(config, process)?;
    let keys = app.keys.clone();
    process.spawn_until_stopped("signing keys", keys.keep_current());
    let store = app.store.clone();
    let clock = process.clock.clone();
    process.spawn_until_stopped("clean-up", store.keep_clean(clock));
    Ok(Service { name: "auth", public: http::public(&app), internal: http::internal(&app), checks: app.checks() })
}
