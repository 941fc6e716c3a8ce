//! A cluster as the plan sees it: DNS names, fixed ports, mounted files.

use crate::names;
use securechat_operator_plan::{Component, Endpoint, Environment, Port, Reader, SecretKey};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// One instance in one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The resource's name.
    pub instance: String,
    /// Its namespace.
    pub namespace: String,
}

impl Cluster {
    /// The port that a component's pods listen on.
    pub(crate) const fn port(port: Port) -> u16 {
        match port {
            Port::Public => 8080,
            Port::Tls => 8443,
            Port::Internal => 8081,
            Port::Admin => 8082,
            Port::Sql => 3306,
            Port::Amqp => 5672,
            Port::Redis => 6379,
        }
    }
}

impl Environment for Cluster {
    /// Service DNS name without the cluster's domain, which differs between clusters.
    fn reach(&self, component: Component, port: Port) -> Endpoint {
        let service = names::component(&self.instance, component);
        Endpoint { host: format!("{service}.{}.svc", self.namespace), port: Self::port(port) }
    }

    fn listen(&self, _: Component, port: Port) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::UNSPECIFIED, Self::port(port)))
    }

    fn secret_file(&self, _: Reader, key: &SecretKey) -> PathBuf {
        Path::new(names::SECRETS_DIR).join(names::secret_path(key))
    }

    fn web_root(&self) -> PathBuf {
        names::WEB_ROOT.into()
    }
}
