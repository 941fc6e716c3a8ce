use super::Resources;
use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The edge.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!has(self.nodePort) || self.serviceType == 'NodePort'",
     "message": "nodePort needs serviceType: NodePort", "fieldPath": ".nodePort"},
]))]
pub struct GatewaySpec {
    /// How many pods.
    #[schemars(schema_with = "schema::replicas")]
    pub replicas: i32,
    /// What each pod asks for and may use.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// How the Service is reached. ClusterIP stands behind an Ingress or a load balancer of your own.
    pub service_type: ServiceType,
    /// The node's port, for serviceType NodePort.
    #[schemars(schema_with = "schema::node_port")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_port: Option<i32>,
    /// How many proxies stand in front and add to X-Forwarded-For. 0: whoever connects is the client.
    #[schemars(range(min = 0, max = 10))]
    pub trusted_hops: i32,
}

impl Default for GatewaySpec {
    fn default() -> Self {
        Self {
            replicas: 2,
            resources: Resources::default(),
            service_type: ServiceType::default(),
            node_port: None,
            trusted_hops: 0,
        }
    }
}

/// How the gateway's Service is reached.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ServiceType {
    /// From inside the cluster.
    #[default]
    ClusterIP,
    /// On a port of every node.
    NodePort,
    /// Through the cloud's load balancer.
    LoadBalancer,
}
