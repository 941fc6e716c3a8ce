//! This machine as the plan sees it: loopback addresses and files.

use crate::{ports::Ports, secrets};
use securechat_contracts::ServiceName;
use securechat_local_servers::{MariaDb, RabbitMq};
use securechat_operator_plan::{
    Component, CredentialSet, Endpoint, Environment, Login, Port, Reader, SecretKey, SecretName,
};
use std::{net::SocketAddr, path::PathBuf};

pub(crate) struct Machine {
    pub(crate) ports: Ports,
    pub(crate) secrets: PathBuf,
    pub(crate) web: PathBuf,
}

impl Environment for Machine {
    fn reach(&self, component: Component, port: Port) -> Endpoint {
        let address = self.ports.address(component, 0, port);
        Endpoint { host: address.ip().to_string(), port: address.port() }
    }

    fn listen(&self, component: Component, port: Port) -> SocketAddr {
        self.ports.address(component, 0, port)
    }

    fn secret_file(&self, _: Reader, key: &SecretKey) -> PathBuf {
        secrets::file(&self.secrets, key)
    }

    fn web_root(&self) -> PathBuf {
        self.web.clone()
    }

    fn database_admin(&self) -> Login {
        Login::new(MariaDb::ADMIN, SecretName::Database, "admin-password")
    }

    fn broker_login(&self, _: ServiceName, _: CredentialSet) -> Login {
        Login::new(RabbitMq::ADMIN, SecretName::Broker, "password")
    }

    fn broker_vhost(&self) -> String {
        "/".to_owned()
    }

    fn cache_login(&self, _: ServiceName) -> Login {
        let password = SecretKey::new(SecretName::External("cache".to_owned()), "password");
        Login { user: None, password: Some(password) }
    }
}
