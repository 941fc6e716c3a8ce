use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who may open a connection to whom. Each pod may do what it needs and nothing else.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NetworkPolicySpec {
    /// Whether NetworkPolicies are made. They need a network plugin that enforces them.
    pub enabled: bool,
    /// Who may reach the gateway, such as an ingress controller; absent: anybody.
    #[schemars(length(max = 10))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gateway_from: Vec<NetworkPeer>,
    /// Who may read health and metrics, such as Prometheus; absent: nobody. The node's own probes always may.
    #[schemars(length(max = 10))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics_from: Vec<NetworkPeer>,
}

impl Default for NetworkPolicySpec {
    fn default() -> Self {
        Self { enabled: true, gateway_from: Vec::new(), metrics_from: Vec::new() }
    }
}

/// Pods that may connect.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "has(self.namespaceSelector) || has(self.podSelector)",
     "message": "name the pods by namespaceSelector, podSelector or both"},
]))]
pub struct NetworkPeer {
    /// In namespaces with these labels; absent: in the SecureChat's own namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<Labels>,
    /// With these labels; absent: all of the namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<Labels>,
}

/// Labels that select.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Labels {
    /// All of these.
    #[schemars(schema_with = "schema::labels")]
    pub match_labels: BTreeMap<String, String>,
}
