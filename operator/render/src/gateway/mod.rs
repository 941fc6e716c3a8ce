//! Envoy, and what may stand in front of it.

pub(crate) mod certificate;
pub(crate) mod config_map;
pub(crate) mod deployment;
pub(crate) mod edge;
pub(crate) mod http_route;
pub(crate) mod ingress;
pub(crate) mod pod_disruption_budget;
pub(crate) mod service;
pub(crate) mod service_account;

use crate::context::Context;

/// The only file that is read once; the others are watched.
const BOOTSTRAP: &str = "bootstrap.json";
const CDS: &str = "cds.json";
const LDS: &str = "lds.json";
const RDS: &str = "rds.json";
const SDS: &str = "sds.json";

/// The public host, where it is a name: routes and Ingresses take no addresses.
fn host_name(context: Context<'_>) -> Option<String> {
    context.topology.url.domain().map(str::to_owned)
}
