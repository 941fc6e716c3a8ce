//! All objects of one platform.

use crate::foreign::{Certificate, HttpRoute};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, Secret, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::ResourceExt;
use securechat_operator_plan::{Content, hash};
use serde::Serialize;
use serde_json::Value;
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
    /// Who may open a connection to whom.
    pub network_policies: Vec<NetworkPolicy>,
    /// How many pods may be evicted at once.
    pub pod_disruption_budgets: Vec<PodDisruptionBudget>,
    /// Names in DNS.
    pub services: Vec<Service>,
    /// Stores.
    pub stateful_sets: Vec<StatefulSet>,
    /// Provisioning and migrations.
    pub jobs: Vec<Job>,
    /// Services, web and gateway.
    pub deployments: Vec<Deployment>,
    /// Who decides how many pods a Deployment has.
    pub horizontal_pod_autoscalers: Vec<HorizontalPodAutoscaler>,
    /// What stands in front of the gateway.
    pub ingresses: Vec<Ingress>,
    /// What stands in front of the gateway.
    pub http_routes: Vec<HttpRoute>,
    /// What cert-manager is asked for.
    pub certificates: Vec<Certificate>,
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

/// An object of any kind.
pub trait Object: Sync {
    /// Its name.
    fn name(&self) -> String;

    /// The object as the API server gets it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    fn to_json(&self) -> Result<Value, serde_json::Error>;

    /// Tells what it was rendered as. Of its text as it is written, field by field as its type has them: all objects are
    /// hashed at every look.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    fn hash(&self) -> Result<String, serde_json::Error>;
}

impl<K: ResourceExt + Serialize + Sync> Object for K {
    fn name(&self) -> String {
        self.name_any()
    }

    fn to_json(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    fn hash(&self) -> Result<String, serde_json::Error> {
        Ok(hash::short([serde_json::to_vec(self)?.as_slice()], 8))
    }
}

impl<Stage> Rendered<Stage> {
    /// All objects in the order in which the API server gets them; generated Secrets without their values.
    pub fn objects(&self) -> impl Iterator<Item = &dyn Object> {
        fn any<K: Object>(objects: &[K]) -> impl Iterator<Item = &dyn Object> {
            objects.iter().map(|object| object as &dyn Object)
        }
        let generated = self.generated.iter().map(|generated| &generated.object as &dyn Object);
        generated
            .chain(any(&self.secrets))
            .chain(any(&self.service_accounts))
            .chain(any(&self.config_maps))
            .chain(any(&self.network_policies))
            .chain(any(&self.pod_disruption_budgets))
            .chain(any(&self.services))
            .chain(any(&self.stateful_sets))
            .chain(any(&self.jobs))
            .chain(any(&self.certificates))
            .chain(any(&self.deployments))
            .chain(any(&self.horizontal_pod_autoscalers))
            .chain(any(&self.ingresses))
            .chain(any(&self.http_routes))
    }

    /// All of [`Self::objects`] as JSON.
    ///
    /// # Errors
    /// When one cannot be written as JSON.
    pub fn to_json(&self) -> Result<Vec<Value>, serde_json::Error> {
        self.objects().map(Object::to_json).collect()
    }
}

impl<Stage> Default for Rendered<Stage> {
    fn default() -> Self {
        Self {
            generated: Vec::new(),
            service_accounts: Vec::new(),
            config_maps: Vec::new(),
            secrets: Vec::new(),
            network_policies: Vec::new(),
            pod_disruption_budgets: Vec::new(),
            services: Vec::new(),
            stateful_sets: Vec::new(),
            jobs: Vec::new(),
            deployments: Vec::new(),
            horizontal_pod_autoscalers: Vec::new(),
            ingresses: Vec::new(),
            http_routes: Vec::new(),
            certificates: Vec::new(),
            held: BTreeSet::new(),
            complete: false,
            stage: PhantomData,
        }
    }
}
