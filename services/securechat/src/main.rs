//! `securechat`: see `--help`.

use clap::{Parser, Subcommand};
use securechat_contracts::ServiceName;
use securechat_securechat::{interfaces, migrations, release, serve};
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
    Provision(Config),
    /// Bring a service's schema up to date.
    Migrate {
        /// Whose.
        service: ServiceName,
        #[command(flatten)]
        config: Config,
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
        Command::Provision(c) => return migrations::provision(&c.config).await,
        Command::Migrate { service, config, command } => {
            let command = command.unwrap_or(migrations::Command::Up { target: None });
            return migrations::run(service, &config.config, command).await;
        }
        Command::Release => print!("{}", release::text()?),
        Command::Openapi => print!("{}", interfaces::text()?),
    }
    Ok(ExitCode::SUCCESS)
}
