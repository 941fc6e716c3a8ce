use super::BOOTSTRAP;
use crate::{
    EdgeFiles,
    context::{Context, short_hash},
    names, pod,
    service::deployment::rolling,
};
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
use k8s_openapi::api::core::v1::{Container, Lifecycle, LifecycleHandler, PodSpec, SleepAction, Volume};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use securechat_operator_plan::{Component, GatewayPlan, GatewayTls, Port};
use std::collections::BTreeMap;

/// Envoy. Only its bootstrap rolls the pods: the other files are watched, and editing them cuts no connection.
pub(crate) fn build(context: Context<'_>, plan: &GatewayPlan, edge: &EdgeFiles) -> Deployment {
    let instance = context.instance();
    let name = names::component(instance, Component::Gateway);
    let selector = names::selector(instance, Component::Gateway.as_str());
    let mut labels = names::instance_labels(instance);
    labels.extend(selector.clone());
    let bootstrap = edge.0.get(BOOTSTRAP).map_or("", String::as_str);
    let annotations = BTreeMap::from([(names::CONFIG_HASH.to_owned(), short_hash([bootstrap]))]);
    let spec = PodSpec {
        service_account_name: Some(name.clone()),
        termination_grace_period_seconds: Some(60),
        containers: vec![container(context, plan)],
        topology_spread_constraints: Some(pod::spread(&selector)),
        volumes: Some(volumes(context, plan)),
        ..PodSpec::default()
    };
    Deployment {
        metadata: context.meta(Component::Gateway),
        spec: Some(DeploymentSpec {
            replicas: Some(i32::try_from(plan.replicas).unwrap_or(i32::MAX)),
            revision_history_limit: Some(2),
            selector: LabelSelector { match_labels: Some(selector), match_expressions: None },
            strategy: Some(rolling()),
            template: pod::template(labels, annotations, &context.topology.pull, spec),
            ..DeploymentSpec::default()
        }),
        status: None,
    }
}

fn volumes(context: Context<'_>, plan: &GatewayPlan) -> Vec<Volume> {
    let instance = context.instance();
    let certificate = |tls: &GatewayTls| pod::certificate_volume(&names::certificate(instance, &tls.certificate));
    let mut volumes =
        vec![pod::config_volume(&names::component(instance, Component::Gateway)), pod::empty_dir("tmp", false)];
    volumes.extend(plan.tls.as_ref().map(certificate));
    volumes
}

fn container(context: Context<'_>, plan: &GatewayPlan) -> Container {
    let bootstrap = format!("{}/{BOOTSTRAP}", names::CONFIG_DIR);
    let options = ["--concurrency", "2", "--disable-hot-restart", "--reject-unknown-dynamic-fields", "-l", "warning"];
    let arguments = ["--config-path", &bootstrap].into_iter().chain(options);
    let mut ports = vec![pod::port(Port::Public, plan.listen.port()), pod::port(Port::Admin, plan.admin.port())];
    let mut mounts = vec![pod::mount("config", names::CONFIG_DIR), pod::mount("tmp", "/tmp")];
    if let Some(tls) = &plan.tls {
        ports.push(pod::port(Port::Tls, tls.listen.port()));
        mounts.push(pod::mount("certificate", names::CERTIFICATE_DIR));
    }
    Container {
        command: Some(vec!["envoy".to_owned()]),
        args: Some(arguments.map(str::to_owned).collect()),
        ports: Some(ports),
        resources: Some(pod::resources(&plan.resources, "100m", "128Mi", "512Mi")),
        volume_mounts: Some(mounts),
        startup_probe: Some(pod::every(pod::http_probe("/ready", Port::Admin), 1, 60)),
        readiness_probe: Some(pod::every(pod::http_probe("/ready", Port::Admin), 2, 2)),
        liveness_probe: Some(pod::every(pod::tcp_probe(Port::Admin), 10, 3)),
        lifecycle: Some(Lifecycle {
            pre_stop: Some(LifecycleHandler {
                sleep: Some(SleepAction { seconds: 10 }),
                ..LifecycleHandler::default()
            }),
            ..Lifecycle::default()
        }),
        ..pod::container(Component::Gateway.as_str(), &plan.image, &context.topology.pull)
    }
}
