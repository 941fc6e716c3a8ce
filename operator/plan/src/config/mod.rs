//! The configuration of each process, written for the release that reads it.

mod auth;
mod jobs;
mod services;
mod web;

use crate::request::below;
use crate::{
    Component, Config, CredentialSet, Endpoint, Environment, Login, Port, Purpose, Reader, Request, Rotation,
    SecretKey, SecretName, SecretUse, Store,
};
pub(crate) use auth::KEY_ENCRYPTION_KEY;
use securechat_config as config;
use securechat_contracts::ServiceName;
use securechat_operator_api::spec::{ExternalDatabase, LogLevel, SecretRef};
use std::collections::BTreeSet;
use url::Url;

/// The client id of the browser application.
pub(crate) const WEB_CLIENT: &str = "securechat-web";

/// What the browser application asks for.
pub(crate) const WEB_SCOPES: [&str; 10] = [
    "openid",
    "profile",
    "email",
    "permissions",
    "offline_access",
    "account",
    "users",
    "session",
    "messaging",
    "chats",
];

/// What configurations are written from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) request: &'a Request,
    pub(crate) env: &'a dyn Environment,
    pub(crate) rotation: Rotation,
    pub(crate) lost_accounts: &'a BTreeSet<String>,
}

/// Writes one reader's configuration and notes which secrets it names.
pub(crate) struct Writer<'a> {
    request: &'a Request,
    env: &'a dyn Environment,
    reader: Reader,
    /// What the one who reads signs in with.
    credentials: CredentialSet,
    lost_accounts: &'a BTreeSet<String>,
    secrets: SecretUse,
}

impl<'a> Writer<'a> {
    fn new(from: Source<'a>, reader: Reader) -> Self {
        let Source { request, env, rotation, lost_accounts } = from;
        Self { request, env, reader, credentials: rotation.used(), lost_accounts, secrets: SecretUse::default() }
    }

    /// Notes that the reader reads `key`, and says in which file.
    fn secret(&mut self, key: &SecretKey) -> config::Secret {
        self.secrets.add(key);
        config::Secret(self.env.secret_file(self.reader, key))
    }

    fn own_secret(&mut self, service: ServiceName, key: &str) -> config::Secret {
        self.secret(&SecretKey::new(SecretName::Service(service), key))
    }

    fn telemetry(&self) -> config::Telemetry {
        let log = match self.request.spec.log_level {
            LogLevel::Error => "error",
            LogLevel::Warn => "warn",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
            LogLevel::Trace => "trace",
        };
        config::Telemetry { log: log.to_owned(), traces: self.request.traces.clone() }
    }

    fn http(&self, component: Component) -> config::Http {
        config::Http {
            public: self.env.listen(component, Port::Public),
            internal: self.env.listen(component, Port::Internal),
            admin: self.env.listen(component, Port::Admin),
            request_timeout_ms: 10_000,
            drain_timeout_ms: 15_000,
        }
    }

    /// `purpose` says which of a service's users the one who reads is.
    fn database(&mut self, service: ServiceName, purpose: Purpose) -> config::Database {
        let Endpoint { host, port } = self.database_endpoint();
        let (user, password) = match &self.request.database {
            Store::External(ExternalDatabase { users_secret: Some(secret), .. }) => {
                let user = CredentialSet::First.user(service, purpose);
                (user.clone(), SecretKey::new(SecretName::External(secret.name.clone()), user))
            }
            _ => (self.credentials.user(service, purpose), self.credentials.password(service, purpose)),
        };
        config::Database {
            host,
            port,
            name: service.to_string(),
            user,
            password_file: self.secret(&password),
            tls: self.database_tls(),
            pool_max: 10,
            acquire_timeout_ms: 2_000,
        }
    }

    fn database_endpoint(&self) -> Endpoint {
        match &self.request.database {
            Store::Managed(_) => self.env.reach(Component::Database, Port::Sql),
            Store::External(e) => Endpoint { host: e.host.clone(), port: port(e.port) },
        }
    }

    fn database_tls(&mut self) -> config::Tls {
        match &self.request.database {
            Store::Managed(_) => config::Tls::Off,
            Store::External(e) => self.tls(e.tls, e.ca_secret.as_ref()),
        }
    }

    fn tls(&mut self, on: bool, authority: Option<&SecretRef>) -> config::Tls {
        match authority {
            _ if !on => config::Tls::Off,
            None => config::Tls::Required,
            Some(secret) => {
                let key = SecretKey::new(SecretName::External(secret.name.clone()), "ca.crt");
                config::Tls::Authority(self.secret(&key))
            }
        }
    }

    fn broker(&mut self, service: ServiceName) -> config::Broker {
        let (Endpoint { host, port }, vhost, login, tls) = match &self.request.broker {
            Store::Managed(_) => (
                self.env.reach(Component::Broker, Port::Amqp),
                self.env.broker_vhost(),
                self.env.broker_login(service, self.credentials),
                config::Tls::Off,
            ),
            Store::External(e) => {
                let password = SecretName::External(e.users_secret.name.clone());
                let endpoint = Endpoint { host: e.host.clone(), port: port(e.port) };
                let tls = self.tls(e.tls, e.ca_secret.as_ref());
                (endpoint, e.vhost.clone(), Login::new(service.as_str(), password, service.as_str()), tls)
            }
        };
        let password =
            login.password.unwrap_or_else(|| SecretKey::new(SecretName::Service(service), "broker-password"));
        config::Broker {
            host,
            port,
            vhost,
            user: login.user.unwrap_or_else(|| service.to_string()),
            password_file: self.secret(&password),
            tls,
        }
    }

    fn cache(&mut self, service: ServiceName) -> config::Cache {
        let (Endpoint { host, port }, login, tls) = match &self.request.cache {
            Store::Managed(_) => {
                (self.env.reach(Component::Cache, Port::Redis), self.env.cache_login(service), config::Tls::Off)
            }
            Store::External(e) => {
                let login = match &e.users_secret {
                    Some(secret) => {
                        let secret = SecretName::External(secret.name.clone());
                        Login::new(service.as_str(), secret, service.as_str())
                    }
                    None => Login { user: None, password: None },
                };
                let tls = self.tls(e.tls, e.ca_secret.as_ref());
                (Endpoint { host: e.host.clone(), port: port(e.port) }, login, tls)
            }
        };
        config::Cache {
            host,
            port,
            user: login.user,
            password_file: login.password.map(|key| self.secret(&key)),
            prefix: format!("{service}:"),
            tls,
        }
    }

    fn tokens(&self) -> config::TokenCheck {
        config::TokenCheck {
            issuer: self.request.issuer(),
            jwks_url: jwks_url(self.request, self.env),
            jwks_refresh_seconds: 300,
            jwks_keep_seconds: 3_600,
        }
    }

    fn identity(&mut self, service: ServiceName) -> config::Identity {
        let auth = self.env.reach(Component::Service(ServiceName::Auth), Port::Internal);
        config::Identity {
            credentials: config::ServiceCredentials::ClientCredentials {
                token_url: url(self.request, &auth, "/internal/token"),
                secret_file: self.own_secret(service, "client-secret"),
            },
        }
    }

    fn peer(&self, service: ServiceName) -> config::Peer {
        let endpoint = self.env.reach(Component::Service(service), Port::Internal);
        config::Peer { url: url(self.request, &endpoint, "/"), more_urls: Vec::new(), timeout_ms: 5_000 }
    }
}

/// Where auth's signing keys are.
pub(crate) fn jwks_url(request: &Request, env: &dyn Environment) -> Url {
    url(request, &env.reach(Component::Service(ServiceName::Auth), Port::Internal), "/internal/jwks")
}

/// A plain URL inside the platform. It starts from the public one because that is known to be well-formed.
fn url(request: &Request, endpoint: &Endpoint, path: &str) -> Url {
    let host = if endpoint.host.contains(':') { format!("[{}]", endpoint.host) } else { endpoint.host.clone() };
    let mut url = below(&request.url, path);
    let _ = url.set_scheme("http");
    let _ = url.set_host(Some(&host));
    let _ = url.set_port(Some(endpoint.port));
    url
}

/// A service's configuration and the secrets it names.
pub(crate) fn of_service(from: Source<'_>, service: ServiceName) -> (Config, SecretUse) {
    let mut writer = Writer::new(from, Reader::Component(Component::Service(service)));
    let config = match service {
        ServiceName::Auth => Config::Auth(Box::new(writer.auth())),
        ServiceName::Account => Config::Account(Box::new(writer.account())),
        ServiceName::Users => Config::Users(Box::new(writer.users())),
        ServiceName::Session => Config::Session(Box::new(writer.session())),
        ServiceName::Chats => Config::Chats(Box::new(writer.chats())),
        ServiceName::Messaging => Config::Messaging(Box::new(writer.messaging())),
    };
    (config, writer.secrets)
}

/// The web server's configuration.
pub(crate) fn of_web(from: Source<'_>) -> (Config, SecretUse) {
    let writer = Writer::new(from, Reader::Component(Component::Web));
    (Config::Web(Box::new(writer.web())), writer.secrets)
}

/// The provisioning Job's configuration and the secrets it names.
pub(crate) fn of_provision(from: Source<'_>) -> (Config, SecretUse) {
    let mut writer = Writer::new(from, Reader::Provision);
    (Config::Provision(Box::new(writer.provision(from.rotation))), writer.secrets)
}

/// A migration Job's configuration and the secrets it names.
pub(crate) fn of_migration(from: Source<'_>, service: ServiceName) -> (Config, SecretUse) {
    let mut writer = Writer::new(from, Reader::Migration(service));
    (Config::Migration(Box::new(writer.migration(service))), writer.secrets)
}

/// The schema keeps it within a port's range.
pub(crate) fn port(number: i32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// The schema keeps it from being negative.
pub(crate) fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
