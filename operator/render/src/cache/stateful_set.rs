use crate::{context::Context, environment::Cluster, names, pod, store};
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{ConfigMap, Container, PodSpec, Secret};
use securechat_operator_api::spec::CacheFlavour;
use securechat_operator_plan::{CachePlan, Component, Port};

/// The server. It leans on no image's entrypoint.
pub(crate) fn build(context: Context<'_>, plan: &CachePlan, config: &ConfigMap, secret: &Secret) -> StatefulSet {
    let pull = &context.topology.pull;
    let server = match plan.flavour {
        CacheFlavour::Valkey => "valkey-server",
        CacheFlavour::Redis => "redis-server",
    };
    let main = Container {
        command: Some(vec![server.to_owned(), format!("{}/redis.conf", names::CONFIG_DIR)]),
        ports: Some(vec![pod::port(Port::Redis, Cluster::port(Port::Redis))]),
        volume_mounts: Some(vec![
            pod::mount("config", names::CONFIG_DIR),
            pod::mount("secrets", names::SECRETS_DIR),
            pod::mount("tmp", "/tmp"),
        ]),
        resources: Some(pod::resources(&plan.resources, "50m", "64Mi", "256Mi")),
        startup_probe: Some(pod::every(pod::tcp_probe(Port::Redis), 1, 60)),
        readiness_probe: Some(pod::every(pod::tcp_probe(Port::Redis), 5, 2)),
        liveness_probe: Some(pod::every(pod::tcp_probe(Port::Redis), 20, 6)),
        ..pod::container(Component::Cache.as_str(), &plan.image, pull)
    };
    let spec = PodSpec {
        containers: vec![main],
        termination_grace_period_seconds: Some(15),
        volumes: Some(vec![
            pod::config_volume(&names::component(context.instance(), Component::Cache)),
            pod::secret_volume(&names::derived_secret(context.instance(), Component::Cache)),
            pod::empty_dir("tmp", false),
        ]),
        ..PodSpec::default()
    };
    store::stateful_set(context, Component::Cache, None, config, secret, spec)
}
