//! `securechat-operator`.

use clap::Parser as _;
use securechat_operator_controller::cli::{self, Cli};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    tracing_subscriber::fmt().json().with_env_filter(EnvFilter::new("info")).with_writer(std::io::stderr).init();
    cli::main(cli).await
}
