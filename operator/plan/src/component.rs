//! The parts of a platform and their ports.

use securechat_contracts::ServiceName;
use std::fmt;

/// A part that runs as processes of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// MySQL or MariaDB.
    Database,
    /// RabbitMQ.
    Broker,
    /// Valkey or Redis.
    Cache,
    /// One of the six services.
    Service(ServiceName),
    /// The server of the browser application.
    Web,
    /// Envoy.
    Gateway,
}

impl Component {
    /// All, stores first.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Database, Self::Broker, Self::Cache]
            .into_iter()
            .chain(ServiceName::ALL.into_iter().map(Self::Service))
            .chain([Self::Web, Self::Gateway])
    }

    /// Its name, as part of object names, label values and folder names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Broker => "broker",
            Self::Cache => "cache",
            Self::Service(service) => service.as_str(),
            Self::Web => "web",
            Self::Gateway => "gateway",
        }
    }

    /// Its ports.
    pub const fn ports(self) -> &'static [Port] {
        match self {
            Self::Database => &[Port::Sql],
            Self::Broker => &[Port::Amqp],
            Self::Cache => &[Port::Redis],
            Self::Service(_) | Self::Web => &[Port::Public, Port::Internal, Port::Admin],
            Self::Gateway => &[Port::Public, Port::Admin],
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a port is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Port {
    /// Requests of people: behind the gateway, or the gateway's own.
    Public,
    /// The same with TLS, where it ends at the gateway.
    Tls,
    /// Requests of other services.
    Internal,
    /// Probes and metrics.
    Admin,
    /// MySQL's protocol.
    Sql,
    /// AMQP 0-9-1.
    Amqp,
    /// Redis' protocol.
    Redis,
}

impl Port {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Tls => "tls",
            Self::Internal => "internal",
            Self::Admin => "admin",
            Self::Sql => "mysql",
            Self::Amqp => "amqp",
            Self::Redis => "redis",
        }
    }
}
