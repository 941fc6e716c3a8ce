//! `securechat`: see `--help`.

use clap::{Parser, Subcommand};
use securechat_contracts::ServiceName;
use securechat_securechat::{interfaces, job, migrations, release, serve};
use std::{path::PathBuf, process::ExitCode};

/// SecureChat: a chat platform that Kubernetes runs by itself. This program is all of its services.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The OpenID provider.
    Auth(Config),
    /// Accounts.
    Account(Config),
    /// Profiles and friendships.
    Users(Config),
    /// Presence.
    Session(Config),
    /// Chats.
    Chats(Config),
    /// The hub.
    Messaging(Config),
    /// The browser application.
    Web(Config),
    /// Make the schemas and the database users.
    Provision(Job),
    /// Bring a service's schema up to date.
    Migrate {
        /// Whose.
        service: ServiceName,
        #[command(flatten)]
        job: Job,
        /// Stop after this version.
        #[arg(long)]
        target: Option<u32>,
        #[command(subcommand)]
        command: Option<migrations::Command>,
    },
    /// Print what this build brings (release.yaml).
    Release,
    /// Print the interfaces of all services (OpenAPI).
    Openapi,
}

#[derive(clap::Args)]
struct Config {
    /// The configuration file.
    #[arg(long)]
    config: PathBuf,
}

#[derive(clap::Args)]
struct Job {
    #[command(flatten)]
    config: Config,
    /// Where to leave the message of a failure.
    #[arg(long)]
    last_words: Option<PathBuf>,
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a command prints what it was asked for")]
async fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().command {
        Command::Auth(c) => serve::service(ServiceName::Auth, &c.config).await?,
        Command::Account(c) => serve::service(ServiceName::Account, &c.config).await?,
        Command::Users(c) => serve::service(ServiceName::Users, &c.config).await?,
        Command::Session(c) => serve::service(ServiceName::Session, &c.config).await?,
        Command::Chats(c) => serve::service(ServiceName::Chats, &c.config).await?,
        Command::Messaging(c) => serve::service(ServiceName::Messaging, &c.config).await?,
        Command::Web(c) => serve::web(&c.config).await?,
        Command::Provision(job) => {
            let outcome = migrations::provision(&job.config.config).await;
            return Ok(job::end(outcome, job.last_words.as_deref()));
        }
        Command::Migrate { service, job, target, command } => {
            let command = command.unwrap_or(migrations::Command::Up);
            let outcome = migrations::run(service, &job.config.config, target, command).await;
            return Ok(job::end(outcome, job.last_words.as_deref()));
        }
        Command::Release => print!("{}", release::text()?),
        Command::Openapi => print!("{}", interfaces::text()?),
    }
    Ok(ExitCode::SUCCESS)
}
