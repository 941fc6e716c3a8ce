use super::{HttpRouteSpec, IngressSpec, Resources, TlsSpec};
use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The edge.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = [
    {"rule": "!has(self.nodePort) || self.serviceType == 'NodePort'",
     "message": "nodePort needs serviceType: NodePort", "fieldPath": ".nodePort"},
    {"rule": "!has(self.tls) || !(has(self.ingress) || has(self.httpRoute))",
     "message": "TLS ends where people connect: behind an Ingress give ingress.tls, behind an HTTPRoute it is for the Gateway's listener", "fieldPath": ".tls"},
]))]
pub struct GatewaySpec {
    /// How many pods.
    #[schemars(schema_with = "schema::replicas")]
    pub replicas: i32,
    /// What each pod asks for and may use.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// How the Service is reached. ClusterIP stands behind an Ingress, an HTTPRoute or a load balancer of your own.
    pub service_type: ServiceType,
    /// The node's port, for serviceType NodePort: of HTTPS where TLS ends here.
    #[schemars(schema_with = "schema::node_port")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_port: Option<i32>,
    /// How many proxies stand in front and add to X-Forwarded-For. 0: whoever connects is the client. Absent: 1 behind an
    /// Ingress or an HTTPRoute, else 0.
    #[schemars(range(min = 0, max = 10))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_hops: Option<i32>,
    /// TLS ends at the gateway, which then serves HTTPS and sends on to it what comes in the clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsSpec>,
    /// An Ingress in front of the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<IngressSpec>,
    /// An HTTPRoute in front of the gateway, attached to Gateways of yours (Gateway API).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_route: Option<HttpRouteSpec>,
}

impl Default for GatewaySpec {
    fn default() -> Self {
        Self {
            replicas: 2,
            resources: Resources::default(),
            service_type: ServiceType::default(),
            node_port: None,
            trusted_hops: None,
            tls: None,
            ingress: None,
            http_route: None,
        }
    }
}

impl GatewaySpec {
    /// How many proxies in front can be trusted.
    pub fn hops(&self) -> i32 {
        let fronted = self.ingress.is_some() || self.http_route.is_some();
        self.trusted_hops.unwrap_or(fronted.into())
    }

    /// Every certificate that is asked for: there is at most one, since TLS ends once.
    pub fn certificate(&self) -> Option<&TlsSpec> {
        self.tls.as_ref().or(self.ingress.as_ref().and_then(|ingress| ingress.tls.as_ref()))
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
