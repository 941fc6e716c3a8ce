//! What differs from one edge to the next.

use securechat_contracts::ServiceName;
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};
use url::Url;

/// Everything about one edge that is not in the route table.
#[derive(Debug, Clone)]
pub struct EdgeSettings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Envoy's own admin interface; loopback or the pod only.
    pub admin: SocketAddr,
    /// The folder in which Envoy finds `lds.json` and `cds.json`, as Envoy sees it.
    pub folder: PathBuf,
    /// Where people reach the product; the issuer is `<public_url>/auth`.
    pub public_url: Url,
    /// Certificate and key; absent: plain HTTP.
    pub tls: Option<EdgeTls>,
    /// How many proxies that can be trusted stand in front.
    pub trusted_proxies: u32,
    /// How often the signing keys are fetched, in seconds.
    pub jwks_refresh_seconds: u32,
    /// The services' public listeners.
    pub services: BTreeMap<ServiceName, Upstream>,
    /// The server of the browser application.
    pub web: Upstream,
    /// Auth's internal listener, for the signing keys.
    pub auth_internal: Upstream,
}

/// Certificate files in a folder of their own; a renamed-in change (Kubernetes swaps a link there) is taken up without a
/// restart.
#[derive(Debug, Clone)]
pub struct EdgeTls {
    /// Where requests in the clear are sent on to `public_url`.
    pub redirect_from: SocketAddr,
    /// PEM chain.
    pub certificate: PathBuf,
    /// PEM key.
    pub key: PathBuf,
}

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upstream {
    /// These addresses, one a replica.
    Addresses(Vec<SocketAddr>),
    /// All addresses of a (headless) name.
    Name {
        /// DNS name.
        host: String,
        /// Port.
        port: u16,
    },
}
