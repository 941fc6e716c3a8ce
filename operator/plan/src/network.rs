//! Which connections may be opened in this platform: the table of [`securechat_contracts::network`], with the request's
//! stores, servers and observers in their places.

use crate::{Component, Environment, Port, Request, Store, config};
use securechat_contracts::network::{Listener, Party, ways};
use securechat_operator_api::spec::NetworkPeer;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Every connection that may be opened. Absent from the topology when nobody asked for policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkPlan {
    /// All of them, each once.
    pub ways: BTreeSet<Way>,
}

/// One connection that may be opened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// Who connects.
    pub from: End,
    /// Who answers.
    pub to: End,
    /// At which port.
    pub port: u16,
    /// Names are asked for over both.
    pub protocol: Protocol,
}

/// One end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Pods of this platform.
    Pods(Pods),
    /// Pods that somebody else runs, as the resource names them.
    Peers(Vec<NetworkPeer>),
    /// One address outside.
    Address(IpAddr),
    /// Anything: its name cannot be selected.
    Anywhere,
}

/// Pods of this platform that have the same label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pods {
    /// A component's.
    Component(Component),
    /// The provisioning Job's.
    Provision,
    /// All migration Jobs'.
    Migrations,
}

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the protocols' own names")]
pub enum Protocol {
    Tcp,
    Udp,
}

impl Pods {
    /// All that a platform may have.
    pub fn all() -> impl Iterator<Item = Self> {
        Component::all().map(Self::Component).chain([Self::Provision, Self::Migrations])
    }

    /// The value of their label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Component(component) => component.as_str(),
            Self::Provision => "provision",
            Self::Migrations => "migrate",
        }
    }
}

/// The port of name servers.
const DNS: u16 = 53;

/// The ways of a request.
pub(crate) fn network(request: &Request, env: &dyn Environment) -> Option<NetworkPlan> {
    if !request.spec.network_policy.enabled {
        return None;
    }
    let places = Places { request, env };
    let mut all = BTreeSet::new();
    for way in ways() {
        let (Some(from), Some((to, port))) = (places.of_caller(way.from), places.of_listener(way.to, way.listener))
        else {
            continue;
        };
        if way.listener == Listener::Dns {
            all.insert(Way { from: from.clone(), to: to.clone(), port, protocol: Protocol::Udp });
        }
        if let (Party::Gateway, Listener::Public, Some(_)) = (way.to, way.listener, &request.spec.gateway.tls) {
            let port = env.listen(Component::Gateway, Port::Tls).port();
            all.insert(Way { from: from.clone(), to: to.clone(), port, protocol: Protocol::Tcp });
        }
        all.insert(Way { from, to, port, protocol: Protocol::Tcp });
    }
    Some(NetworkPlan { ways: all })
}

/// Where the parties of the table are in this platform; `None` where it has none.
struct Places<'a> {
    request: &'a Request,
    env: &'a dyn Environment,
}

impl Places<'_> {
    fn of_caller(&self, party: Party) -> Option<End> {
        let pods = |component| Some(End::Pods(Pods::Component(component)));
        let policy = &self.request.spec.network_policy;
        match party {
            Party::Client if policy.gateway_from.is_empty() => Some(End::Anywhere),
            Party::Client => Some(End::Peers(policy.gateway_from.clone())),
            Party::Scraper if policy.metrics_from.is_empty() => None,
            Party::Scraper => Some(End::Peers(policy.metrics_from.clone())),
            Party::Gateway => pods(Component::Gateway),
            Party::Service(service) => pods(Component::Service(service)),
            Party::Web => pods(Component::Web),
            Party::Provision => Some(End::Pods(Pods::Provision)),
            Party::Migrations => Some(End::Pods(Pods::Migrations)),
            Party::Broker if self.request.broker.is_managed() => pods(Component::Broker),
            Party::Broker
            | Party::Database
            | Party::Cache
            | Party::MailServer
            | Party::Collector
            | Party::NameServer => None,
        }
    }

    fn of_listener(&self, party: Party, listener: Listener) -> Option<(End, u16)> {
        let request = self.request;
        match party {
            Party::Gateway => self.own(Component::Gateway, listener),
            Party::Service(service) => self.own(Component::Service(service), listener),
            Party::Web => self.own(Component::Web, listener),
            Party::Database => match &request.database {
                Store::Managed(_) => self.own(Component::Database, listener),
                Store::External(server) => Some(outside(&server.host, server.port)),
            },
            Party::Broker => match &request.broker {
                Store::Managed(_) => self.own(Component::Broker, listener),
                Store::External(server) => Some(outside(&server.host, server.port)),
            },
            Party::Cache => match &request.cache {
                Store::Managed(_) => self.own(Component::Cache, listener),
                Store::External(server) => Some(outside(&server.host, server.port)),
            },
            Party::MailServer => request.spec.mail.as_ref().map(|mail| outside(&mail.host, mail.port)),
            Party::Collector => {
                let to = request.traces.as_ref()?;
                Some(outside(to.endpoint.host_str()?, to.endpoint.port_or_known_default()?.into()))
            }
            // Its address differs from cluster to cluster, and its pods' labels do so too.
            Party::NameServer => Some((End::Anywhere, DNS)),
            Party::Client | Party::Scraper | Party::Provision | Party::Migrations => None,
        }
    }

    fn own(&self, component: Component, listener: Listener) -> Option<(End, u16)> {
        let port = match listener {
            Listener::Public => Port::Public,
            Listener::Internal => Port::Internal,
            Listener::Admin => Port::Admin,
            Listener::Sql => Port::Sql,
            Listener::Amqp => Port::Amqp,
            Listener::Redis => Port::Redis,
            Listener::Smtp | Listener::Otlp | Listener::Dns => return None,
        };
        Some((End::Pods(Pods::Component(component)), self.env.listen(component, port).port()))
    }
}

/// A policy can select an address; a host name it cannot.
fn outside(host: &str, port: i32) -> (End, u16) {
    (host.parse().map_or(End::Anywhere, End::Address), config::port(port))
}
