//! Kinds that are not Kubernetes' own: what of them is written here, and nothing else. Their definitions may be absent from
//! a cluster.

use kube::CustomResource;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A route of the Gateway API.
#[derive(CustomResource, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[kube(
    group = "gateway.networking.k8s.io",
    version = "v1",
    kind = "HTTPRoute",
    plural = "httproutes",
    root = "HttpRoute",
    namespaced,
    schema = "disabled"
)]
#[serde(rename_all = "camelCase")]
pub struct HttpRouteSpec {
    /// The Gateways it is attached to.
    pub parent_refs: Vec<RouteParent>,
    /// The hosts whose requests it takes; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hostnames: Vec<String>,
    /// Where requests go.
    pub rules: Vec<RouteRule>,
}

/// A Gateway, or one of its listeners.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct RouteParent {
    /// Its name.
    pub name: String,
    /// Its namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// One listener.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section_name: Option<String>,
    /// The listeners at one port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
}

/// Without matches: every path.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct RouteRule {
    /// The Services.
    pub backend_refs: Vec<RouteBackend>,
    /// What a patch may add: time-outs, matches.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

/// A Service.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct RouteBackend {
    /// Its name.
    pub name: String,
    /// Its port.
    pub port: i32,
}

/// A certificate that cert-manager issues.
#[derive(CustomResource, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[kube(group = "cert-manager.io", version = "v1", kind = "Certificate", namespaced, schema = "disabled")]
#[serde(rename_all = "camelCase")]
pub struct CertificateSpec {
    /// Where it is put.
    pub secret_name: String,
    /// The names it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_names: Vec<String>,
    /// The addresses it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ip_addresses: Vec<String>,
    /// Who issues it.
    pub issuer_ref: CertificateIssuer,
    /// How its key is made.
    pub private_key: CertificateKey,
}

/// Who issues a certificate.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CertificateIssuer {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its group.
    pub group: String,
}

/// How a key is made.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct CertificateKey {
    /// The algorithm.
    pub algorithm: String,
    /// Its size in bits.
    pub size: i32,
    /// Whether a renewal brings a new one.
    pub rotation_policy: String,
}
