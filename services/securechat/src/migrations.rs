//! `securechat migrate` and `securechat provision`.

use crate::job::Outcome;
use anyhow::{Context, bail};
use securechat_config::{Migration, Provision};
use securechat_contracts::ServiceName;
use securechat_migrate::{MigrateError, Migrations, Migrator};
use std::{fs, io, path::Path};

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

/// Where an image brings migrations beside those built into the program, a folder a service.
const ADDED: &str = "/usr/share/securechat/migrations";

/// The migrations of a service: the program's, and those that its image adds.
///
/// # Errors
/// A file breaks the rules for migrations, or cannot be read.
pub fn of(service: ServiceName) -> anyhow::Result<Migrations> {
    with_added(service, Path::new(ADDED))
}

fn with_added(service: ServiceName, added: &Path) -> anyhow::Result<Migrations> {
    let files = match service {
        ServiceName::Auth => &securechat_auth::MIGRATIONS,
        ServiceName::Account => &securechat_account::MIGRATIONS,
        ServiceName::Users => &securechat_users::MIGRATIONS,
        ServiceName::Session => &securechat_session::MIGRATIONS,
        ServiceName::Chats => &securechat_chats::MIGRATIONS,
        ServiceName::Messaging => &securechat_messaging::MIGRATIONS,
    };
    let added = texts(&added.join(service.as_str()))?;
    let added = added.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let all = Migrations::from_dir(files).and_then(|own| own.and(added));
    all.with_context(|| format!("the migrations of {service}"))
}

/// Name and content of each file in a folder, which need not be there.
fn texts(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let read = |entry: io::Result<fs::DirEntry>| {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text))
    };
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(read).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| folder.display().to_string()),
    }
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
    securechat_runtime::init_logs(&config.telemetry.log)?;
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
    securechat_runtime::init_logs("info")?;
    securechat_db::provision(&config).await?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_adds_migrations_to_those_of_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let own = of(ServiceName::Users).unwrap();
        assert_eq!(with_added(ServiceName::Users, folder.path()).unwrap(), own);
        let users = folder.path().join("users");
        fs::create_dir(&users).unwrap();
        fs::write(users.join("V900__add_town.sql"), "-- class: expand\nALTER TABLE people ADD COLUMN town TEXT;\n")
            .unwrap();
        let all = with_added(ServiceName::Users, folder.path()).unwrap();
        assert_eq!(all.needed(), 900);
        assert_eq!(all.files().len(), own.files().len() + 1);
        fs::write(users.join("notes.txt"), "").unwrap();
        let error = format!("{:#}", with_added(ServiceName::Users, folder.path()).unwrap_err());
        assert!(error.starts_with("the migrations of users: notes.txt: the name must be"), "{error}");
    }
}
