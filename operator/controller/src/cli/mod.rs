//! The command line.

mod diff;
mod offline;
mod plan;

use crate::access;
use crate::client::client;
use crate::metrics::Metrics;
use crate::run::{Parts, run};
use crate::settings::Settings;
use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use securechat_kernel::{SystemClock, SystemRandom};
use securechat_operator_api::SecureChat;
use securechat_operator_plan::Releases;
use securechat_telemetry::{Exporter, Traces, init_on_stderr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Runs SecureChat on Kubernetes.
#[derive(Debug, Parser)]
#[command(name = "securechat-operator", version)]
pub struct Cli {
    /// What is worth a line in the log: error, warn, info, debug or trace.
    #[arg(long, global = true, default_value = "info")]
    pub log_level: tracing::Level,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the cluster's SecureChat resources.
    Run(Settings),
    /// Print the CRD.
    Crd,
    /// Print the RBAC rules that the operator needs.
    Rbac,
    /// Print every object that a resource becomes, once everything is migrated. Secrets are not shown.
    Render(Input),
    /// Print what applying a resource would change in the cluster: releases, migrations, order, objects. Touches nothing.
    ///
    /// The exit code is 0 when nothing would change, 2 when something would, and 1 when something stands against it.
    Plan {
        #[command(flatten)]
        input: Input,
        /// Ask no cluster: print what a first installation is made of. The exit code is then 0 or 1.
        #[arg(long)]
        offline: bool,
    },
}

#[derive(Debug, Args)]
struct Input {
    /// The resource.
    #[arg(short = 'f')]
    file: PathBuf,
    /// The namespace, where the resource names none.
    #[arg(short = 'n', long)]
    namespace: Option<String>,
}

/// The exit code of a plan that would change something.
const CHANGES: u8 = 2;

/// Does what the command line says.
///
/// # Errors
/// With a sentence for the person.
pub async fn main(cli: Cli) -> anyhow::Result<ExitCode> {
    let log = cli.log_level.as_str();
    if !matches!(cli.command, Command::Run(_)) {
        init_on_stderr(log, None)?;
    }
    match cli.command {
        Command::Run(settings) => serve(settings, log).await?,
        Command::Crd => print(&securechat_operator_api::crd::yaml()?),
        Command::Rbac => print(&access::yaml()?),
        Command::Render(input) => print(&offline::objects(&input.resource("default")?)?),
        Command::Plan { input, offline: true } => print(&offline::plan(&input.resource("default")?)?),
        Command::Plan { input, offline: false } => return Box::pin(plan(&input)).await,
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn print(text: &str) {
    print!("{text}");
}

async fn plan(input: &Input) -> anyhow::Result<ExitCode> {
    let config = match kube::Config::infer().await {
        Ok(config) => config,
        Err(error) => {
            tracing::debug!(%error, "no cluster is configured");
            print("No cluster is configured: this is what a first installation is made of.\n\n");
            print(&offline::plan(&input.resource("default")?)?);
            return Ok(ExitCode::SUCCESS);
        }
    };
    let resource = input.resource(&config.default_namespace)?;
    let answer = Box::pin(plan::plan(client(config)?, resource)).await?;
    print(&answer.text);
    Ok(match answer.outcome {
        plan::Outcome::Nothing => ExitCode::SUCCESS,
        plan::Outcome::Changes => ExitCode::from(CHANGES),
        plan::Outcome::Trouble => ExitCode::FAILURE,
    })
}

impl Input {
    /// The resource of the file, in its namespace, else in the one that was named, else in this one.
    fn resource(&self, namespace: &str) -> anyhow::Result<SecureChat> {
        let mut resource = read(&self.file)?;
        if resource.metadata.namespace.is_none() {
            resource.metadata.namespace = Some(self.namespace.as_deref().unwrap_or(namespace).to_owned());
        }
        Ok(resource)
    }
}

fn read(file: &Path) -> anyhow::Result<SecureChat> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    match serde_saphyr::from_str(&text) {
        Ok(resource) => Ok(resource),
        Err(error) => bail!("{}: {error}", file.display()),
    }
}

async fn serve(settings: Settings, log: &str) -> anyhow::Result<()> {
    let metrics = Arc::new(Metrics::default());
    start_telling(&settings, log, &metrics)?;
    let config = kube::Config::infer().await.context("there is no cluster to connect to")?;
    let parts = Parts {
        client: client(config)?,
        releases: Releases::built_in()?,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        metrics,
    };
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("told to stop");
        told.cancel();
    });
    Ok(run(settings, parts, stop).await?)
}

/// Logs, and traces where a collector is named. What of them waits when the process ends is let go.
fn start_telling(settings: &Settings, log: &str, metrics: &Metrics) -> anyhow::Result<()> {
    let Some(endpoint) = settings.traces_endpoint.clone() else { return Ok(init_on_stderr(log, None)?) };
    let (service, version) = ("securechat-operator".to_owned(), env!("CARGO_PKG_VERSION"));
    let traces = Traces { endpoint, sample_percent: 100, service, version };
    let (exporter, sending) = Exporter::new(&traces, Arc::new(SystemClock), metrics.trace_steps())?;
    tokio::spawn(sending);
    Ok(init_on_stderr(log, Some(&exporter))?)
}
