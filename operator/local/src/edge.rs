//! Envoy, configured from the one route table.

use crate::{child::Plan, folder::Folder, machine::Machine};
use anyhow::{Context, bail};
use securechat_contracts::ServiceName;
use securechat_gateway_config::{EdgeSettings, RouteTable, Upstream, envoy};
use securechat_operator_plan::{Component, Port, Topology};
use std::path::Path;

/// Envoy is there.
pub(crate) fn require(program: &Path) -> anyhow::Result<()> {
    if !program.exists() {
        bail!("Envoy is not installed ({} is missing); run make tools", program.display());
    }
    Ok(())
}

/// Writes Envoy's files and says how it is started.
pub(crate) fn plan(topology: &Topology, machine: &Machine, folder: &Folder, program: &Path) -> anyhow::Result<Plan> {
    let files_folder = folder.private("envoy")?;
    let all = |component, replicas: u32, port| {
        Upstream::Addresses(
            (0..replicas.max(1)).map(|replica| machine.ports.address(component, replica, port)).collect(),
        )
    };
    let replicas =
        |service| topology.services.iter().find(|plan| plan.name == service).map_or(1, |plan| plan.process.replicas);
    let auth = Component::Service(ServiceName::Auth);
    let settings = EdgeSettings {
        listen: topology.gateway.listen,
        admin: topology.gateway.admin,
        folder: files_folder.clone(),
        public_url: topology.url.clone(),
        tls: None,
        trusted_proxies: topology.gateway.trusted_hops,
        jwks_refresh_seconds: 60,
        services: ServiceName::ALL
            .into_iter()
            .map(|service| (service, all(Component::Service(service), replicas(service), Port::Public)))
            .collect(),
        web: all(Component::Web, topology.web.replicas, Port::Public),
        auth_internal: all(auth, replicas(ServiceName::Auth), Port::Internal),
    };
    let files = envoy(RouteTable::built_in()?, &settings);
    let written = [("cds", &files.cds), ("lds", &files.lds), ("rds", &files.rds), ("bootstrap", &files.bootstrap)];
    for (name, text) in written {
        let path = files_folder.join(format!("{name}.json"));
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    let mut args = vec!["--config-path".into(), files_folder.join("bootstrap.json").into_os_string()];
    let options = ["--disable-hot-restart", "--concurrency", "1", "--reject-unknown-dynamic-fields", "-l", "warning"];
    args.extend(options.map(Into::into));
    Ok(Plan { name: "Envoy".into(), program: program.to_owned(), args, log: folder.path("log/envoy.log") })
}
