//! The whole platform as plain values: what runs, with which configuration, secrets and files. From it the operator
//! renders Kubernetes objects and `securechat-up` starts processes.

use crate::{
    Component, Credentials, GatewayPlan, GeneratedSecret, MigrationFile, NetworkPlan, Revision, SecretKey, SecretUse,
};
use securechat_config as config;
use securechat_contracts::ServiceName;
use securechat_operator_api::spec::{
    CacheFlavour, DatabaseFlavour, DeletionPolicy, ObjectPatch, PullPolicy, Resources, Storage,
};
use semver::Version;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// The whole platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// The resource's name.
    pub instance: String,
    /// The release.
    pub version: String,
    /// How it is rendered.
    pub revision: Revision,
    /// Where people reach it.
    pub url: Url,
    /// How images are fetched.
    pub pull: Pull,
    /// Secrets that are made once.
    pub secrets: Vec<GeneratedSecret>,
    /// The passwords with which services sign in at the database and the broker.
    pub credentials: Credentials,
    /// Whether any of them is the operator's to replace.
    pub rotates: bool,
    /// Accounts whose first passwords are gone: they are not made anew.
    pub lost_accounts: BTreeSet<String>,
    /// MySQL or MariaDB; absent when it is somebody else's.
    pub database: Option<DatabasePlan>,
    /// RabbitMQ; absent when it is somebody else's.
    pub broker: Option<BrokerPlan>,
    /// Valkey or Redis; absent when it is somebody else's.
    pub cache: Option<CachePlan>,
    /// Makes schemas and database users.
    pub provision: JobPlan,
    /// Whether it runs: schemas and users that exist already are left as they are.
    pub provisions: bool,
    /// The six services in the order in which they roll out.
    pub services: Vec<ServicePlan>,
    /// How many of them come to another release at a time.
    pub parallelism: u32,
    /// The server of the browser application.
    pub web: ProcessPlan,
    /// The edge.
    pub gateway: GatewayPlan,
    /// Changes to the objects that are made of all this.
    pub patches: Vec<ObjectPatch>,
    /// Which connections may be opened; absent: all.
    pub network: Option<NetworkPlan>,
}

impl Topology {
    /// Every Job there may be: each schema's migrations, and what makes schemas and users.
    pub fn jobs(&self) -> impl Iterator<Item = &JobPlan> {
        self.services.iter().map(|service| &service.migration).chain([&self.provision])
    }
}

/// How images are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// When the registry is asked.
    pub policy: PullPolicy,
    /// What opens private registries.
    pub secrets: Vec<String>,
}

/// One service: its schema's migrations, then its processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePlan {
    /// Which.
    pub name: ServiceName,
    /// The oldest release of each other service that it works with.
    pub needs: BTreeMap<ServiceName, Version>,
    /// Brings its schema to the release, all in one go.
    pub migration: JobPlan,
    /// Serves.
    pub process: ProcessPlan,
}

/// Processes of the `securechat` program that run until they are told to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessPlan {
    /// What they are.
    pub component: Component,
    /// Their image.
    pub image: String,
    /// How many; where Kubernetes decides, the fewest.
    pub replicas: u32,
    /// How Kubernetes decides how many, where it does.
    pub scaling: Option<Scaling>,
    /// What each may use.
    pub resources: Resources,
    /// The arguments before `--config FILE`.
    pub args: Vec<String>,
    /// The content of FILE.
    pub config: Config,
    /// The secrets that the configuration names.
    pub secrets: SecretUse,
}

/// By which load processes are added and taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaling {
    /// The fewest.
    pub min: u32,
    /// The most.
    pub max: u32,
    /// The processor time that they are to use on average, in percent of what they ask for.
    pub cpu_percent: u32,
}

/// A process that runs to its end once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPlan {
    /// Its whole name. It ends in a hash of everything below: other content is another Job.
    pub name: String,
    /// What the names of all Jobs begin with that work on the same schema.
    pub(crate) family: String,
    /// The name without what tells a retry apart.
    pub(crate) content: String,
    /// What changes the outcome without being seen here, such as the contents of secrets.
    pub(crate) salt: String,
    /// What it does, for labels: `provision` or `migrate`.
    pub task: &'static str,
    /// The service whose schema it migrates; absent for provisioning.
    pub service: Option<ServiceName>,
    /// Its image.
    pub image: String,
    /// The arguments before `--config FILE`.
    pub args: Vec<String>,
    /// The content of FILE.
    pub config: Config,
    /// The secrets that the configuration names.
    pub secrets: SecretUse,
    /// The files that it runs.
    pub files: Vec<MigrationFile>,
    /// It is stopped after so many seconds.
    pub deadline_seconds: u32,
}

/// The content of a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "each variant is the configuration of the process it names")]
pub enum Config {
    Auth(Box<config::Auth>),
    Account(Box<config::Account>),
    Users(Box<config::Users>),
    Session(Box<config::Session>),
    Chats(Box<config::Chats>),
    Messaging(Box<config::Messaging>),
    Web(Box<config::Web>),
    Provision(Box<config::Provision>),
    Migration(Box<config::Migration>),
}

impl Config {
    /// The file's text.
    ///
    /// # Errors
    /// When a path is not UTF-8.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// The listeners of a process that has some.
    pub fn http_mut(&mut self) -> Option<&mut config::Http> {
        match self {
            Self::Auth(c) => Some(&mut c.http),
            Self::Account(c) => Some(&mut c.http),
            Self::Users(c) => Some(&mut c.http),
            Self::Session(c) => Some(&mut c.http),
            Self::Chats(c) => Some(&mut c.http),
            Self::Messaging(c) => Some(&mut c.http),
            Self::Web(c) => Some(&mut c.http),
            Self::Provision(_) | Self::Migration(_) => None,
        }
    }
}

/// A MySQL or MariaDB of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabasePlan {
    /// Which server.
    pub flavour: DatabaseFlavour,
    /// Its image.
    pub image: String,
    /// Where it listens.
    pub port: u16,
    /// Its volume.
    pub storage: Storage,
    /// What it may use.
    pub resources: Resources,
    /// What becomes of the volume.
    pub deletion_policy: DeletionPolicy,
    /// The administrator's name.
    pub admin_user: String,
}

/// A RabbitMQ of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerPlan {
    /// Its image.
    pub image: String,
    /// Where it listens.
    pub port: u16,
    /// Its volume.
    pub storage: Storage,
    /// What it may use.
    pub resources: Resources,
    /// What becomes of the volume.
    pub deletion_policy: DeletionPolicy,
    /// The virtual host.
    pub vhost: String,
    /// Its users, one a service; while credentials are replaced two.
    pub users: Vec<StoreUser>,
}

/// A Valkey or Redis of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachePlan {
    /// Which server.
    pub flavour: CacheFlavour,
    /// Its image.
    pub image: String,
    /// Where it listens.
    pub port: u16,
    /// What it may use.
    pub resources: Resources,
    /// Its users, one a service that keeps something there.
    pub users: Vec<StoreUser>,
}

/// A service's user at a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreUser {
    /// Its service: names of queues and prefixes of keys begin with it.
    pub service: ServiceName,
    /// Its name.
    pub name: String,
    /// Its password.
    pub password: SecretKey,
}
