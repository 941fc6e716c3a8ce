//! `securechat-operator`.

use clap::Parser as _;
use securechat_operator_controller::cli::{self, Cli};
use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// glibc keeps what a thousand looks needed for a moment: as much again as what is remembered.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

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
    cli::main(cli).await
}
