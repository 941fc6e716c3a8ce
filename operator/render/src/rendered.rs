//! All objects of one platform.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, Secret, Service, ServiceAccount};
use securechat_operator_plan::Content;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

/// The objects are planned, nothing is written.
#[derive(Debug, Clone, Copy)]
pub struct Prepared;

/// The objects are written. Only apply makes this of [`Prepared`]; only from it the status is told.
#[derive(Debug, Clone, Copy)]
pub struct Applied;

/// All objects of one platform, by kind. Apply takes it apart field by field, so that a kind that nobody applies
/// does not compile.
#[derive(Debug, Clone)]
pub struct Rendered<Stage> {
    /// Secrets that are created when they are absent, and never changed.
    pub generated: Vec<Generated>,
    /// Accounts.
    pub service_accounts: Vec<ServiceAccount>,
    /// Configuration.
    pub config_maps: Vec<ConfigMap>,
    /// Secrets whose content is rendered from generated ones.
    pub secrets: Vec<Secret>,
    /// Names in DNS.
    pub services: Vec<Service>,
    /// Stores.
    pub stateful_sets: Vec<StatefulSet>,
    /// Provisioning and migrations.
    pub jobs: Vec<Job>,
    /// Services, web and gateway.
    pub deployments: Vec<Deployment>,
    /// Objects that are left as they are, if they exist: those of a service that waits for its migration.
    pub held: BTreeSet<Held>,
    /// Whether this is everything: only then what is not in it may be swept.
    pub complete: bool,
    /// Whether they were written.
    pub stage: PhantomData<Stage>,
}

/// An object that is neither written nor swept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// A Secret that is made once.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The object without its values.
    pub object: Secret,
    /// What goes into each entry.
    pub entries: BTreeMap<String, Content>,
}

impl<Stage> Default for Rendered<Stage> {
    fn default() -> Self {
        Self {
            generated: Vec::new(),
            service_accounts: Vec::new(),
            config_maps: Vec::new(),
            secrets: Vec::new(),
            services: Vec::new(),
            stateful_sets: Vec::new(),
            jobs: Vec::new(),
            deployments: Vec::new(),
            held: BTreeSet::new(),
            complete: false,
            stage: PhantomData,
        }
    }
}
