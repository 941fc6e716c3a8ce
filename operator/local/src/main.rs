//! `securechat-up`: the platform of one `SecureChat` resource as processes on this machine. It reads the same resource and
//! makes the same topology as the operator; only where things are differs. Nothing listens beyond loopback.

mod child;
mod edge;
mod folder;
mod machine;
mod mail;
mod platform;
mod ports;
mod resource;
mod say;
mod secrets;
mod stores;

use clap::Parser;
use platform::Platform;
use say::say;
use std::{path::PathBuf, process::ExitCode};
use tokio::signal::unix::{SignalKind, signal};

/// Run SecureChat on this machine.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// The resource to run.
    #[arg(short, long, default_value = "deploy/local.yaml")]
    file: PathBuf,
    /// Where data, secrets and logs are kept. The next start finds them again.
    #[arg(long, default_value = ".data/local")]
    data: PathBuf,
    /// Where people reach it: http://localhost:PORT.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The `securechat` program; by default the one beside this program.
    #[arg(long)]
    program: Option<PathBuf>,
    /// The built browser application.
    #[arg(long, default_value = "web/dist")]
    web: PathBuf,
    /// Envoy.
    #[arg(long, default_value = ".tools/py/bin/envoy")]
    envoy: PathBuf,
    /// The mail sink's script, run by Node.
    #[arg(long, default_value = "operator/local/mail-sink/node_modules/maildev/bin/maildev")]
    mail_sink: PathBuf,
    /// The mail sink's page.
    #[arg(long, default_value_t = 1080)]
    mail_port: u16,
}

// One thread: children are told to end when the thread that started them ends.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match up(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("securechat-up: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn up(arguments: Arguments) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut platform = Platform::prepare(&arguments)?;
    let outcome = tokio::select! {
        outcome = platform.run() => outcome,
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    };
    say("stopping");
    platform.stop().await;
    outcome
}
