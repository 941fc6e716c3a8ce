//! `securechat <service>`.

use crate::{interfaces, migrations};
use anyhow::anyhow;
use securechat_config::{Database, Http, load};
use securechat_contracts::ServiceName;
use securechat_migrate::Migrator;
use securechat_runtime::{Check, Process, Service, StartError, init_telemetry, run};
use std::path::Path;

/// Serves until SIGTERM.
///
/// # Errors
/// The configuration cannot be used, or an address cannot be listened on.
pub async fn service(name: ServiceName, config: &Path) -> anyhow::Result<()> {
    let process = Process::system();
    let (mut service, http, database) = build(name, config, &process).map_err(|error| anyhow!(error))?;
    service.checks.push(schema_check(name, &database)?);
    run(service, process, &http).await.map_err(|error| anyhow!(error))
}

fn build(name: ServiceName, config: &Path, process: &Process) -> Result<(Service, Http, Database), StartError> {
    /// Every service is built alike, from a configuration of its own.
    macro_rules! build {
        ($config:ident, $service:ident) => {{
            let config: securechat_config::$config = load(config)?;
            init_telemetry(&config.telemetry, name.as_str(), process)?;
            ($service::build(&config, process)?, config.http, config.database)
        }};
    }
    Ok(match name {
        ServiceName::Auth => build!(Auth, securechat_auth),
        ServiceName::Account => build!(Account, securechat_account),
        ServiceName::Users => build!(Users, securechat_users),
        ServiceName::Session => build!(Session, securechat_session),
        ServiceName::Chats => build!(Chats, securechat_chats),
        ServiceName::Messaging => build!(Messaging, securechat_messaging),
    })
}

/// Serves the browser application until SIGTERM.
///
/// # Errors
/// As [`service`].
pub async fn web(config: &Path) -> anyhow::Result<()> {
    let process = Process::system();
    let config: securechat_config::Web = load(config)?;
    init_telemetry(&config.telemetry, "web", &process).map_err(|error| anyhow!(error))?;
    let service = securechat_web::build(&config, &interfaces::document(), &process).map_err(|error| anyhow!(error))?;
    run(service, process, &config.http).await.map_err(|error| anyhow!(error))
}

/// A service is not ready on a schema that is older than it needs.
fn schema_check(name: ServiceName, database: &Database) -> anyhow::Result<Check> {
    let files: &'static _ = Box::leak(Box::new(migrations::of(name)?));
    let pool = securechat_db::pool(&Database { pool_max: 1, ..database.clone() })?;
    Ok(Check::needed("schema", &pool, move |pool| async move {
        let migrator = Migrator::new(files, pool);
        let (needed, found) = (files.needed(), migrator.version().await.map_err(|error| error.to_string())?);
        if found >= needed { Ok(()) } else { Err(format!("it is at version {found}, {needed} is needed")) }
    }))
}
