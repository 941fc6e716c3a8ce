use crate::{context::Context, names};
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use securechat_operator_api::spec::ServiceType;
use securechat_operator_plan::{Component, GatewayPlan, Port};

/// The port for requests in the clear.
pub(crate) const HTTP: i32 = 80;
/// The port for TLS.
const HTTPS: i32 = 443;

/// The one Service that people reach.
pub(crate) fn build(context: Context<'_>, plan: &GatewayPlan) -> Service {
    let type_ = match plan.service_type {
        ServiceType::ClusterIP => "ClusterIP",
        ServiceType::NodePort => "NodePort",
        ServiceType::LoadBalancer => "LoadBalancer",
    };
    let node_port = plan.node_port.map(i32::from);
    let ports = match plan.tls {
        None => vec![port(Port::Public, HTTP, node_port)],
        Some(_) => vec![port(Port::Public, HTTP, None), port(Port::Tls, HTTPS, node_port)],
    };
    Service {
        metadata: context.meta(Component::Gateway),
        spec: Some(ServiceSpec {
            type_: Some(type_.to_owned()),
            selector: Some(names::selector(context.instance(), Component::Gateway.as_str())),
            ports: Some(ports),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}

fn port(port: Port, number: i32, node_port: Option<i32>) -> ServicePort {
    ServicePort {
        name: Some(port.as_str().to_owned()),
        port: number,
        target_port: Some(IntOrString::String(port.as_str().to_owned())),
        protocol: Some("TCP".to_owned()),
        node_port,
        ..ServicePort::default()
    }
}
