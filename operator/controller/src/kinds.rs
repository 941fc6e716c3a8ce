//! The kinds of objects that make up a platform, and what the operator may do with each. Watches, apply and the
//! chart's RBAC all come from this one table.

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    autoscaling::v2::HorizontalPodAutoscaler,
    batch::v1::Job,
    core::v1::{ConfigMap, PersistentVolumeClaim, Secret, Service, ServiceAccount},
    networking::v1::{Ingress, NetworkPolicy},
    policy::v1::PodDisruptionBudget,
};
use kube::core::ApiResource;
use securechat_operator_api::SecureChatSpec;
use securechat_operator_render::foreign::{Certificate, HttpRoute};
use std::fmt;

/// A kind of child object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "Kubernetes' own names")]
pub enum Kind {
    ConfigMap,
    Secret,
    Service,
    ServiceAccount,
    NetworkPolicy,
    PodDisruptionBudget,
    PersistentVolumeClaim,
    StatefulSet,
    Job,
    Deployment,
    HorizontalPodAutoscaler,
    Ingress,
    HttpRoute,
    Certificate,
}

impl Kind {
    /// All kinds that are watched.
    pub const ALL: [Self; 14] = [
        Self::ConfigMap,
        Self::Secret,
        Self::Service,
        Self::ServiceAccount,
        Self::NetworkPolicy,
        Self::PodDisruptionBudget,
        Self::PersistentVolumeClaim,
        Self::StatefulSet,
        Self::Job,
        Self::Deployment,
        Self::HorizontalPodAutoscaler,
        Self::Ingress,
        Self::HttpRoute,
        Self::Certificate,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
            Self::Service => "Service",
            Self::ServiceAccount => "ServiceAccount",
            Self::NetworkPolicy => "NetworkPolicy",
            Self::PodDisruptionBudget => "PodDisruptionBudget",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::StatefulSet => "StatefulSet",
            Self::Job => "Job",
            Self::Deployment => "Deployment",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::Ingress => "Ingress",
            Self::HttpRoute => "HTTPRoute",
            Self::Certificate => "Certificate",
        }
    }

    /// How the API server is asked for it.
    pub fn resource(self) -> ApiResource {
        match self {
            Self::ConfigMap => ApiResource::erase::<ConfigMap>(&()),
            Self::Secret => ApiResource::erase::<Secret>(&()),
            Self::Service => ApiResource::erase::<Service>(&()),
            Self::ServiceAccount => ApiResource::erase::<ServiceAccount>(&()),
            Self::NetworkPolicy => ApiResource::erase::<NetworkPolicy>(&()),
            Self::PodDisruptionBudget => ApiResource::erase::<PodDisruptionBudget>(&()),
            Self::PersistentVolumeClaim => ApiResource::erase::<PersistentVolumeClaim>(&()),
            Self::StatefulSet => ApiResource::erase::<StatefulSet>(&()),
            Self::Job => ApiResource::erase::<Job>(&()),
            Self::Deployment => ApiResource::erase::<Deployment>(&()),
            Self::HorizontalPodAutoscaler => ApiResource::erase::<HorizontalPodAutoscaler>(&()),
            Self::Ingress => ApiResource::erase::<Ingress>(&()),
            Self::HttpRoute => ApiResource::erase::<HttpRoute>(&()),
            Self::Certificate => ApiResource::erase::<Certificate>(&()),
        }
    }

    /// Whether the status is of interest; of the others only metadata is fetched and kept.
    pub const fn has_progress(self) -> bool {
        matches!(self, Self::StatefulSet | Self::Job | Self::Deployment) || self.is_foreign()
    }

    /// Whether the operator makes and deletes it. Volume claims are made by StatefulSets.
    pub const fn is_ours(self) -> bool {
        !matches!(self, Self::PersistentVolumeClaim)
    }

    /// Whether such objects come to be unwanted. Deployments do not: every part of a platform has one.
    pub const fn is_swept(self) -> bool {
        self.is_ours() && !matches!(self, Self::Deployment)
    }

    /// Whether it is no kind of Kubernetes' own: a cluster may not know it.
    pub const fn is_foreign(self) -> bool {
        matches!(self, Self::HttpRoute | Self::Certificate)
    }

    /// Whether a resource cannot do without it, if it is foreign.
    pub fn is_needed_by(self, spec: &SecureChatSpec) -> bool {
        match self {
            Self::HttpRoute => spec.gateway.http_route.is_some(),
            Self::Certificate => spec.gateway.certificate().is_some_and(|tls| tls.issuer_ref.is_some()),
            _ => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
