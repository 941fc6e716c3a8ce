use super::service::HTTP;
use crate::{context::Context, names};
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS, ServiceBackendPort,
};
use securechat_operator_plan::{Component, GatewayPlan};

/// Every path of the public host goes to the gateway, which knows the routes.
pub(crate) fn build(context: Context<'_>, plan: &GatewayPlan) -> Option<Ingress> {
    let ingress = plan.ingress.as_ref()?;
    let host = super::host_name(context);
    let mut metadata = context.meta(Component::Gateway);
    metadata.annotations = (!ingress.annotations.is_empty()).then(|| ingress.annotations.clone());
    let backend = IngressServiceBackend {
        name: names::component(context.instance(), Component::Gateway),
        port: Some(ServiceBackendPort { number: Some(HTTP), name: None }),
    };
    let path = HTTPIngressPath {
        path: Some("/".to_owned()),
        path_type: "Prefix".to_owned(),
        backend: IngressBackend { service: Some(backend), resource: None },
    };
    let tls = ingress.certificate.as_ref().map(|certificate| IngressTLS {
        hosts: host.clone().map(|host| vec![host]),
        secret_name: Some(names::certificate(context.instance(), certificate)),
    });
    Some(Ingress {
        metadata,
        spec: Some(IngressSpec {
            ingress_class_name: ingress.class_name.clone(),
            rules: Some(vec![IngressRule { host, http: Some(HTTPIngressRuleValue { paths: vec![path] }) }]),
            tls: tls.map(|tls| vec![tls]),
            default_backend: None,
        }),
        status: None,
    })
}
