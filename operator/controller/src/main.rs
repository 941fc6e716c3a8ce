//! `securechat-operator`.

use clap::Parser as _;
use securechat_operator_controller::cli::{self, Cli};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Not clap's own 2, which says of a plan that something would change.
        Err(error) => {
            error.print()?;
            return Ok(if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
    };
    tracing_subscriber::fmt().json().with_env_filter(EnvFilter::new("info")).with_writer(std::io::stderr).init();
    cli::main(cli).await
}
