use crate::{context::Context, names};
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use securechat_operator_api::spec::ServiceType;
use securechat_operator_plan::{Component, GatewayPlan, Port};

/// The one Service that people reach.
pub(crate) fn build(context: Context<'_>, plan: &GatewayPlan) -> Service {
    let type_ = match plan.service_type {
        ServiceType::ClusterIP => "ClusterIP",
        ServiceType::NodePort => "NodePort",
        ServiceType::LoadBalancer => "LoadBalancer",
    };
    Service {
        metadata: context.meta(Component::Gateway),
        spec: Some(ServiceSpec {
            type_: Some(type_.to_owned()),
            selector: Some(names::selector(context.instance(), Component::Gateway.as_str())),
            ports: Some(vec![ServicePort {
                name: Some(Port::Public.as_str().to_owned()),
                port: 80,
                target_port: Some(IntOrString::String(Port::Public.as_str().to_owned())),
                protocol: Some("TCP".to_owned()),
                node_port: plan.node_port.map(i32::from),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}
