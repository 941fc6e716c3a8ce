use crate::{
    RenderError,
    context::{Context, short_hash},
    environment::Cluster,
    names, pod,
};
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::api::core::v1::{Container, Lifecycle, LifecycleHandler, PodSpec, SleepAction};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use securechat_operator_plan::{Component, Port, ProcessPlan};
use std::collections::BTreeMap;

/// So long may it take until everybody knows that a pod has come or goes: CoreDNS keeps a name for 5 s, and the gateway
/// asks for it every 2 s. A new pod counts, and an old one still serves, for as long.
const KNOWN_AFTER_SECONDS: i32 = 8;
/// Until everybody knows, then draining (15 s in the configuration), then some room.
const GRACE_SECONDS: i64 = 35;

/// The processes. `secrets` tells the contents of their secrets apart.
pub(crate) fn build(context: Context<'_>, plan: &ProcessPlan, secrets: &str) -> Result<Deployment, RenderError> {
    let instance = context.instance();
    let component = plan.component;
    let selector = names::selector(instance, component.as_str());
    let mut metadata = context.meta(component);
    metadata.labels.get_or_insert_default().insert(names::VERSION.to_owned(), context.topology.version.clone());
    let mut labels = names::instance_labels(instance);
    labels.extend(selector.clone());
    labels.insert(names::VERSION.to_owned(), context.topology.version.clone());
    if let Component::Service(_) = component {
        labels.extend(names::credentials(context.topology.credentials.rotation.used().label()));
    }
    let annotations = BTreeMap::from([
        (names::CONFIG_HASH.to_owned(), short_hash([plan.config.to_json()?.as_str()])),
        (names::SECRETS.to_owned(), short_hash([secrets])),
    ]);
    let volumes = std::iter::once(pod::config_volume(&names::component(instance, component)))
        .chain(pod::secrets_volume(instance, &plan.secrets))
        .collect();
    let spec = PodSpec {
        service_account_name: Some(names::component(instance, component)),
        termination_grace_period_seconds: Some(GRACE_SECONDS),
        containers: vec![container(context, plan)],
        topology_spread_constraints: Some(pod::spread(&selector)),
        volumes: Some(volumes),
        ..PodSpec::default()
    };
    Ok(Deployment {
        metadata,
        spec: Some(DeploymentSpec {
            // Where Kubernetes decides, the number is not ours.
            replicas: plan.scaling.is_none().then(|| i32::try_from(plan.replicas).unwrap_or(i32::MAX)),
            min_ready_seconds: Some(KNOWN_AFTER_SECONDS),
            revision_history_limit: Some(2),
            selector: LabelSelector { match_labels: Some(selector), match_expressions: None },
            strategy: Some(rolling()),
            template: pod::template(labels, annotations, &context.topology.pull, spec),
            ..DeploymentSpec::default()
        }),
        status: None,
    })
}

/// A new pod is ready before an old one is told to stop.
pub(crate) fn rolling() -> DeploymentStrategy {
    DeploymentStrategy {
        type_: Some("RollingUpdate".to_owned()),
        rolling_update: Some(RollingUpdateDeployment {
            max_surge: Some(IntOrString::Int(1)),
            max_unavailable: Some(IntOrString::Int(0)),
        }),
    }
}

fn container(context: Context<'_>, plan: &ProcessPlan) -> Container {
    let mut args = plan.args.clone();
    args.extend(["--config".to_owned(), format!("{}/{}", names::CONFIG_DIR, names::CONFIG_FILE)]);
    let mut mounts = vec![pod::mount("config", names::CONFIG_DIR)];
    if !plan.secrets.0.is_empty() {
        mounts.push(pod::mount("secrets", names::SECRETS_DIR));
    }
    Container {
        command: Some(vec![names::PROGRAM.to_owned()]),
        args: Some(args),
        ports: Some(plan.component.ports().iter().map(|p| pod::port(*p, Cluster::port(*p))).collect()),
        resources: Some(pod::resources(&plan.resources, "50m", "64Mi", "512Mi")),
        volume_mounts: Some(mounts),
        startup_probe: Some(pod::every(pod::http_probe("/live", Port::Admin), 1, 60)),
        liveness_probe: Some(pod::every(pod::http_probe("/live", Port::Admin), 10, 3)),
        readiness_probe: Some(pod::every(pod::http_probe("/ready", Port::Admin), 2, 2)),
        lifecycle: Some(Lifecycle {
            pre_stop: Some(LifecycleHandler {
                sleep: Some(SleepAction { seconds: KNOWN_AFTER_SECONDS.into() }),
                ..LifecycleHandler::default()
            }),
            ..Lifecycle::default()
        }),
        ..pod::container(plan.component.as_str(), &plan.image, &context.topology.pull)
    }
}
