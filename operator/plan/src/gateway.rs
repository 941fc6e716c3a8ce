//! The edge: Envoy, what stands in front of it, and where TLS ends.

use crate::config::{self, count, port};
use crate::{Component, Endpoint, Environment, Port, Request, SecretKey, SecretName, SecretUse};
use securechat_contracts::ServiceName;
use securechat_operator_api::spec::{IssuerRef, ParentRef, Resources, ServiceType};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use url::Url;

/// Envoy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayPlan {
    /// Its image.
    pub image: String,
    /// How many.
    pub replicas: u32,
    /// What each may use.
    pub resources: Resources,
    /// How its Service is reached.
    pub service_type: ServiceType,
    /// The node's port.
    pub node_port: Option<u16>,
    /// How many proxies stand in front.
    pub trusted_hops: u32,
    /// Where it serves people.
    pub listen: SocketAddr,
    /// Where it answers probes.
    pub admin: SocketAddr,
    /// The `iss` of tokens.
    pub issuer: Url,
    /// Where auth's signing keys are.
    pub jwks_url: Url,
    /// The public listener of each part behind it.
    pub upstreams: Vec<(Component, Endpoint)>,
    /// TLS, where it ends here.
    pub tls: Option<GatewayTls>,
    /// An Ingress in front, where there is one.
    pub ingress: Option<IngressPlan>,
    /// The Gateways that an HTTPRoute in front is attached to; without any there is no HTTPRoute.
    pub route_parents: Vec<ParentRef>,
    /// Who issues the certificate, where somebody does.
    pub certificate_issuer: Option<IssuerRef>,
    /// The certificate, where somebody else makes it.
    pub secrets: SecretUse,
}

/// TLS that ends at the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayTls {
    /// Where it serves people. What comes to the listener in the clear is sent on to here.
    pub listen: SocketAddr,
    /// What it serves with.
    pub certificate: Certificate,
}

/// An Ingress in front of the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngressPlan {
    /// Which controller serves it.
    pub class_name: Option<String>,
    /// What it is told beside.
    pub annotations: BTreeMap<String, String>,
    /// What it serves with.
    pub certificate: Option<Certificate>,
}

/// Where a certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// From this Secret.
    Given(String),
    /// From a Secret that the issuer fills.
    Issued,
}

/// The gateway of a request.
pub(crate) fn gateway(request: &Request, env: &dyn Environment) -> GatewayPlan {
    let spec = &request.spec.gateway;
    let own = &request.release.images.gateway;
    let behind = ServiceName::ALL.into_iter().map(Component::Service).chain([Component::Web]);
    let asked = spec.certificate();
    let given = asked.and_then(|tls| tls.secret_name.clone());
    let mut secrets = SecretUse::default();
    if let Some(name) = &given {
        for key in ["tls.crt", "tls.key"] {
            secrets.add(&SecretKey::new(SecretName::External(name.clone()), key));
        }
    }
    let certificate = || given.clone().map_or(Certificate::Issued, Certificate::Given);
    GatewayPlan {
        image: request.spec.images.gateway.as_ref().unwrap_or(own).clone(),
        replicas: count(spec.replicas),
        resources: spec.resources.clone(),
        service_type: spec.service_type,
        node_port: spec.node_port.map(port),
        trusted_hops: count(spec.hops()),
        listen: env.listen(Component::Gateway, Port::Public),
        admin: env.listen(Component::Gateway, Port::Admin),
        issuer: request.issuer(),
        jwks_url: config::jwks_url(request, env),
        upstreams: behind.map(|component| (component, env.reach(component, Port::Public))).collect(),
        tls: spec
            .tls
            .as_ref()
            .map(|_| GatewayTls { listen: env.listen(Component::Gateway, Port::Tls), certificate: certificate() }),
        ingress: spec.ingress.as_ref().map(|ingress| IngressPlan {
            class_name: ingress.class_name.clone(),
            annotations: ingress.annotations.clone(),
            certificate: ingress.tls.as_ref().map(|_| certificate()),
        }),
        route_parents: spec.http_route.as_ref().map(|route| route.parent_refs.clone()).unwrap_or_default(),
        certificate_issuer: asked.and_then(|tls| tls.issuer_ref.clone()),
        secrets,
    }
}
