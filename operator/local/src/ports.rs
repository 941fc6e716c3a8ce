//! Ports: the two that people know, and free ones for everything else.

use anyhow::bail;
use securechat_local_servers::free_port;
use securechat_operator_plan::{Component, Port};
use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
};

/// Which process listens where: component, its replica, what for.
pub(crate) struct Ports(BTreeMap<(Component, u32, Port), u16>);

impl Ports {
    /// Ports for `replicas(component)` processes each.
    pub(crate) fn choose(replicas: impl Fn(Component) -> u32) -> io::Result<Self> {
        let mut ports = BTreeMap::new();
        for component in Component::all() {
            for replica in 0..replicas(component).max(1) {
                for port in component.ports() {
                    ports.insert((component, replica, *port), free_port()?);
                }
            }
        }
        Ok(Self(ports))
    }

    pub(crate) fn set(&mut self, component: Component, port: Port, number: u16) {
        self.0.insert((component, 0, port), number);
    }

    pub(crate) fn address(&self, component: Component, replica: u32, port: Port) -> SocketAddr {
        let number = self.0.get(&(component, replica, port)).copied().unwrap_or_default();
        SocketAddr::from((Ipv4Addr::LOCALHOST, number))
    }
}

/// A port that nobody may use before us.
pub(crate) fn require_free(port: u16, what: &str, remedy: &str) -> anyhow::Result<()> {
    if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        bail!("port {port} ({what}) is in use; {remedy}");
    }
    Ok(())
}
