use crate::{context::Context, environment::Cluster, names};
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use securechat_operator_plan::Component;

/// A headless Service: the gateway and the other services see every pod and spread their requests themselves.
pub(crate) fn build(context: Context<'_>, component: Component) -> Service {
    let ports = component.ports().iter().map(|port| ServicePort {
        name: Some(port.as_str().to_owned()),
        port: i32::from(Cluster::port(*port)),
        target_port: Some(IntOrString::String(port.as_str().to_owned())),
        protocol: Some("TCP".to_owned()),
        ..ServicePort::default()
    });
    Service {
        metadata: context.meta(component),
        spec: Some(ServiceSpec {
            cluster_ip: Some("None".to_owned()),
            selector: Some(names::selector(context.instance(), component.as_str())),
            ports: Some(ports.collect()),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}
