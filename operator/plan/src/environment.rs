//! Where things are: the one difference between a cluster and a single machine that the topology knows of.

use crate::{Component, CredentialSet, Port, Purpose, Reader, SecretKey, SecretName};
use securechat_contracts::ServiceName;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Host and port as others reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// How a service signs in at a managed store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// User name; absent where the store knows a password alone.
    pub user: Option<String>,
    /// Its password; absent where the store asks for none.
    pub password: Option<SecretKey>,
}

impl Login {
    /// `user` with the password at `key` of `secret`.
    pub fn new(user: impl Into<String>, secret: SecretName, key: &str) -> Self {
        Self { user: Some(user.into()), password: Some(SecretKey::new(secret, key)) }
    }
}

/// Where things are. The defaults are what the operator renders; a single machine differs where its servers do.
pub trait Environment {
    /// Where others reach a component.
    fn reach(&self, component: Component, port: Port) -> Endpoint;

    /// Where a component's (first) process listens.
    fn listen(&self, component: Component, port: Port) -> SocketAddr;

    /// The file in which a reader finds a secret.
    fn secret_file(&self, reader: Reader, key: &SecretKey) -> PathBuf;

    /// The folder with the browser application.
    fn web_root(&self) -> PathBuf;

    /// The managed database's administrator, who makes schemas and users.
    fn database_admin(&self) -> Login {
        Login::new("securechat_admin", SecretName::Database, "admin-password")
    }

    /// A service's user at the managed broker.
    fn broker_login(&self, service: ServiceName, set: CredentialSet) -> Login {
        let (user, password) = (set.user(service, Purpose::Broker), set.password(service, Purpose::Broker));
        Login { user: Some(user), password: Some(password) }
    }

    /// The managed broker's virtual host.
    fn broker_vhost(&self) -> String {
        "securechat".to_owned()
    }

    /// A service's user at the managed cache.
    fn cache_login(&self, service: ServiceName) -> Login {
        Login::new(service.as_str(), SecretName::Service(service), "cache-password")
    }
}
