use super::{BOOTSTRAP, CDS, LDS, RDS, SDS};
use crate::{EdgeFiles, RenderError, names};
use securechat_contracts::ServiceName;
use securechat_gateway_config::{EdgeSettings, EdgeTls, RouteTable, Upstream, envoy};
use securechat_operator_plan::{Component, Endpoint, GatewayPlan, Topology};
use std::collections::BTreeMap;
use std::path::Path;

/// Envoy's files for a topology, from the one route table.
///
/// # Errors
/// When the route table is wrong, which its own tests exclude.
pub fn build(topology: &Topology) -> Result<EdgeFiles, RenderError> {
    let plan = &topology.gateway;
    let upstream = |component: Component| -> Result<Upstream, RenderError> {
        let found = plan.upstreams.iter().find(|(behind, _)| *behind == component);
        let (_, Endpoint { host, port }) =
            found.ok_or_else(|| RenderError::Edge(format!("the gateway knows no way to {component}")))?;
        Ok(Upstream::Name { host: host.clone(), port: *port })
    };
    let mut services = BTreeMap::new();
    for service in ServiceName::ALL {
        services.insert(service, upstream(Component::Service(service))?);
    }
    let settings = EdgeSettings {
        listen: plan.tls.as_ref().map_or(plan.listen, |tls| tls.listen),
        admin: plan.admin,
        folder: names::CONFIG_DIR.into(),
        public_url: topology.url.clone(),
        tls: plan.tls.as_ref().map(|_| certificate(plan)),
        trusted_proxies: plan.trusted_hops,
        jwks_refresh_seconds: 60,
        services,
        web: upstream(Component::Web)?,
        auth_internal: Upstream::Name {
            host: plan.jwks_url.host_str().unwrap_or_default().to_owned(),
            port: plan.jwks_url.port_or_known_default().unwrap_or_default(),
        },
    };
    let table = RouteTable::built_in().map_err(|error| RenderError::Edge(error.to_string()))?;
    let files = envoy(table, &settings);
    let named = [(BOOTSTRAP, files.bootstrap), (CDS, files.cds), (LDS, files.lds), (RDS, files.rds)];
    let secret = files.sds.map(|text| (SDS, text));
    Ok(EdgeFiles(named.into_iter().chain(secret).map(|(name, text)| (name.to_owned(), text)).collect()))
}

fn certificate(plan: &GatewayPlan) -> EdgeTls {
    let folder = Path::new(names::CERTIFICATE_DIR);
    EdgeTls { redirect_from: plan.listen, certificate: folder.join("tls.crt"), key: folder.join("tls.key") }
}
