//! `securechat migrate` and `securechat provision`.

use crate::job::Outcome;
use anyhow::{Context, bail};
use securechat_config::{Migration, Provision};
use securechat_contracts::ServiceName;
use securechat_migrate::{MigrateError, Migrations, Migrator};
use std::path::Path;

/// What to do with a service's schema.
#[derive(Debug, Clone, Copy, clap::Subcommand)]
pub enum Command {
    /// Apply what is pending.
    Up,
    /// Tell where every file stands.
    Info,
    /// Check that what was applied is what this program holds.
    Validate,
    /// Accept changed and missing files, and forget failed ones.
    Repair,
    /// Take files up to this version as applied.
    Baseline {
        /// The version.
        version: u32,
    },
    /// Tell what `up` would apply, without applying it.
    Plan,
}

/// The migrations of a service.
///
/// # Errors
/// A file breaks the rules for migrations.
pub fn of(service: ServiceName) -> anyhow::Result<Migrations> {
    let files = match service {
        ServiceName::Auth => &securechat_auth::MIGRATIONS,
        ServiceName::Account => &securechat_account::MIGRATIONS,
        ServiceName::Users => &securechat_users::MIGRATIONS,
        ServiceName::Session => &securechat_session::MIGRATIONS,
        ServiceName::Chats => &securechat_chats::MIGRATIONS,
        ServiceName::Messaging => &securechat_messaging::MIGRATIONS,
    };
    Migrations::from_dir(files).with_context(|| format!("the migrations of {service}"))
}

/// Runs a migration command, `up` and `plan` up to and including `target`.
///
/// # Errors
/// The configuration or the files cannot be used.
#[expect(clippy::print_stdout, reason = "a command prints what it was asked for")]
pub async fn run(
    service: ServiceName,
    config: &Path,
    target: Option<u32>,
    command: Command,
) -> anyhow::Result<Outcome> {
    let config: Migration = securechat_config::load(config)?;
    securechat_runtime::init_telemetry(&config.telemetry.log)?;
    let files = of(service)?;
    let migrator = Migrator::new(&files, securechat_db::pool(&config.database)?);
    let outcome = match command {
        Command::Up => migrator.migrate(target).await.map(|report| {
            println!("{service}: {} applied, version {}", report.applied.len(), report.version);
        }),
        Command::Info => migrator.info().await.map(|infos| {
            for info in infos {
                println!("{:?}\t{}", info.state, info.script);
            }
        }),
        Command::Plan => migrator.plan(target).await.map(|files| {
            for file in files {
                println!("{}\t{}", file.class, file.script);
            }
        }),
        Command::Repair => migrator.repair().await,
        Command::Baseline { version } => migrator.baseline(version).await,
        Command::Validate => match migrator.validate().await {
            Ok(()) => Ok(()),
            Err(errors) => bail!(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
        },
    };
    match outcome {
        Ok(()) => Ok(Outcome::Done),
        Err(MigrateError::Database(error)) if error.is_unavailable() => Ok(Outcome::TryAgain(error.into())),
        Err(error) => Err(error.into()),
    }
}

/// Makes schemas and users.
///
/// # Errors
/// The configuration cannot be used, or the server refuses.
pub async fn provision(config: &Path) -> anyhow::Result<Outcome> {
    let config: Provision = securechat_config::load(config)?;
    securechat_runtime::init_telemetry("info")?;
    securechat_db::provision(&config).await?;
    Ok(Outcome::Done)
}
