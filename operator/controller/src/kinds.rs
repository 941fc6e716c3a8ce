//! The kinds of objects that make up a platform, and what the operator may do with each. Watches, apply and the
//! chart's RBAC all come from this one table.

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::Job,
    core::v1::{ConfigMap, PersistentVolumeClaim, Secret, Service, ServiceAccount},
};
use kube::core::ApiResource;
use std::fmt;

/// A kind of child object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "Kubernetes' own names")]
pub enum Kind {
    ConfigMap,
    Secret,
    Service,
    ServiceAccount,
    PersistentVolumeClaim,
    StatefulSet,
    Job,
    Deployment,
}

impl Kind {
    /// All kinds that are watched.
    pub const ALL: [Self; 8] = [
        Self::ConfigMap,
        Self::Secret,
        Self::Service,
        Self::ServiceAccount,
        Self::PersistentVolumeClaim,
        Self::StatefulSet,
        Self::Job,
        Self::Deployment,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
            Self::Service => "Service",
            Self::ServiceAccount => "ServiceAccount",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::StatefulSet => "StatefulSet",
            Self::Job => "Job",
            Self::Deployment => "Deployment",
        }
    }

    /// How the API server is asked for it.
    pub fn resource(self) -> ApiResource {
        match self {
            Self::ConfigMap => ApiResource::erase::<ConfigMap>(&()),
            Self::Secret => ApiResource::erase::<Secret>(&()),
            Self::Service => ApiResource::erase::<Service>(&()),
            Self::ServiceAccount => ApiResource::erase::<ServiceAccount>(&()),
            Self::PersistentVolumeClaim => ApiResource::erase::<PersistentVolumeClaim>(&()),
            Self::StatefulSet => ApiResource::erase::<StatefulSet>(&()),
            Self::Job => ApiResource::erase::<Job>(&()),
            Self::Deployment => ApiResource::erase::<Deployment>(&()),
        }
    }

    /// Whether the status is of interest; of the others only metadata is fetched and kept.
    pub const fn has_progress(self) -> bool {
        matches!(self, Self::StatefulSet | Self::Job | Self::Deployment)
    }

    /// Whether the operator makes and deletes it. Volume claims are made by StatefulSets.
    pub const fn is_ours(self) -> bool {
        !matches!(self, Self::PersistentVolumeClaim)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
