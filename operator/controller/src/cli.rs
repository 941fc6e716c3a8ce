//! The command line.

use crate::access;
use crate::client::client;
use crate::run::{Parts, run};
use crate::settings::Settings;
use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use k8s_openapi::ByteString;
use securechat_kernel::{SystemClock, SystemRandom};
use securechat_operator_api::SecureChat;
use securechat_operator_plan::{
    Class, Component, Fingerprints, JobState, Observed, PartState, Releases, Request, Steps, Topology, topology,
};
use securechat_operator_render::{Cluster, Owner, Prepared, Rendered, SecretValues, edge, render};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Runs SecureChat on Kubernetes.
#[derive(Debug, Parser)]
#[command(name = "securechat-operator", version)]
pub struct Cli {
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
    Render {
        /// The resource.
        #[arg(short = 'f')]
        file: PathBuf,
        /// The namespace, where the resource names none.
        #[arg(long, default_value = "default")]
        namespace: String,
    },
    /// Print what a resource asks for: migrations, order, objects. Touches nothing.
    Plan {
        /// The resource.
        #[arg(short = 'f')]
        file: PathBuf,
        /// The namespace, where the resource names none.
        #[arg(long, default_value = "default")]
        namespace: String,
    },
}

/// Does what the command line says.
///
/// # Errors
/// With a sentence for the person.
pub async fn main(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Run(settings) => serve(settings).await,
        Command::Crd => print(&securechat_operator_api::crd::yaml()?),
        Command::Rbac => print(&access::yaml()?),
        Command::Render { file, namespace } => print(&render_all(&file, &namespace)?),
        Command::Plan { file, namespace } => print(&plan_all(&file, &namespace)?),
    }
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
#[expect(clippy::unnecessary_wraps, reason = "reads as one of the commands")]
fn print(text: &str) -> anyhow::Result<()> {
    print!("{text}");
    Ok(())
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let config = kube::Config::infer().await.context("there is no cluster to connect to")?;
    let parts = Parts {
        client: client(config)?,
        releases: Releases::built_in()?,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
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

/// A resource's topology, planned as if nothing existed.
fn planned(file: &Path, namespace: &str) -> anyhow::Result<(Topology, Owner)> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let resource: SecureChat =
        serde_saphyr::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
    let namespace = resource.metadata.namespace.clone().unwrap_or_else(|| namespace.to_owned());
    let request = match Request::check(&resource, &Releases::built_in()?) {
        Ok(request) => request,
        Err(problems) => {
            let lines: Vec<_> = problems.iter().map(|problem| format!("  {problem}")).collect();
            bail!("{} cannot work:\n{}", file.display(), lines.join("\n"));
        }
    };
    let env = Cluster { instance: request.instance.clone(), namespace: namespace.clone() };
    let owner = Owner { namespace, name: request.instance.clone(), uid: String::new() };
    Ok((topology(&request, &env, &Fingerprints::default()), owner))
}

/// Every object, as it is when all migrations have ended well.
fn objects(topology: &Topology, owner: &Owner) -> anyhow::Result<Rendered<Prepared>> {
    let jobs = topology.services.iter().map(|service| &service.migration).chain([&topology.provision]);
    let observed = Observed {
        jobs: jobs.map(|job| (job.name.clone(), JobState::Succeeded)).collect(),
        parts: [(Component::Database, PartState { ready: 1, ..PartState::default() })].into(),
        secrets: Fingerprints(topology.secrets.iter().map(|s| (s.name.clone(), String::new())).collect()),
        ..Observed::default()
    };
    let hidden = |secret: &securechat_operator_plan::GeneratedSecret| {
        secret.entries.keys().map(|key| (key.clone(), ByteString(b"(generated)".to_vec()))).collect()
    };
    let values = SecretValues(topology.secrets.iter().map(|s| (s.name.clone(), hidden(s))).collect());
    let steps = Steps::decide(topology, &observed);
    Ok(render(topology, &steps, owner, &observed.secrets, &values, &edge(topology)?)?)
}

fn render_all(file: &Path, namespace: &str) -> anyhow::Result<String> {
    let (topology, owner) = planned(file, namespace)?;
    let rendered = objects(&topology, &owner)?;
    let mut text = String::new();
    for mut object in rendered.to_json()? {
        if object["kind"] == "Secret" {
            let keys = object["data"].as_object_mut().into_iter().flat_map(|data| data.values_mut());
            keys.for_each(|content| *content = "(not shown)".into());
        }
        write!(text, "---\n{}", serde_saphyr::to_string(&object)?)?;
    }
    Ok(text)
}

fn plan_all(file: &Path, namespace: &str) -> anyhow::Result<String> {
    let (topology, owner) = planned(file, namespace)?;
    let rendered = objects(&topology, &owner)?;
    let mut text = format!("SecureChat {} in {}: release {}\n\n", owner.name, owner.namespace, topology.version);
    if topology.provisions {
        writeln!(text, "1. Job {} makes schemas and users", topology.provision.name)?;
    } else {
        writeln!(text, "1. schemas and users exist")?;
    }
    writeln!(text, "2. each service on its own, when its migration Job has succeeded:")?;
    for service in &topology.services {
        writeln!(text, "   {} ({} replicas): Job {}", service.name, service.process.replicas, service.migration.name)?;
        for file in &service.migration.files {
            let class = match file.class {
                Class::Expand => "expand",
                Class::Contract => "contract",
                Class::Data => "data",
            };
            writeln!(text, "     {} ({class}, checksum {})", file.script, file.checksum)?;
        }
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for object in rendered.to_json()? {
        *counts.entry(object["kind"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let counts: Vec<_> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    writeln!(text, "\nobjects: {}", counts.join(", "))?;
    Ok(text)
}
