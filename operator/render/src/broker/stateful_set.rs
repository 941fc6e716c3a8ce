use super::{COOKIE, DATA, HOME};
use crate::{
    context::Context,
    environment::Cluster,
    names, pod,
    store::{self, Claim, DATA_VOLUME},
};
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{ConfigMap, Container, EnvVar, EnvVarSource, ObjectFieldSelector, PodSpec, Secret};
use securechat_operator_plan::{BrokerPlan, Component, Port};

/// The node. It leans on no image's entrypoint.
pub(crate) fn build(context: Context<'_>, plan: &BrokerPlan, config: &ConfigMap, secret: &Secret) -> StatefulSet {
    let pull = &context.topology.pull;
    let mounts = || {
        vec![
            pod::mount(DATA_VOLUME, DATA),
            pod::mount("config", names::CONFIG_DIR),
            pod::mount("secrets", names::SECRETS_DIR),
            pod::mount("tmp", "/tmp"),
            pod::mount("home", HOME),
        ]
    };
    let copy = format!(
        "umask 077; cp {}/{COOKIE} {HOME}/.erlang.cookie; chmod 0400 {HOME}/.erlang.cookie",
        names::SECRETS_DIR
    );
    let cookie = Container {
        command: Some(vec!["sh".to_owned(), "-c".to_owned(), format!("rm -f {HOME}/.erlang.cookie; {copy}")]),
        volume_mounts: Some(mounts()),
        resources: Some(pod::resources(&plan.resources, "100m", "256Mi", "768Mi")),
        ..pod::container("cookie", &plan.image, pull)
    };
    let main = Container {
        command: Some(vec!["rabbitmq-server".to_owned()]),
        env: Some(environment(context)),
        ports: Some(vec![pod::port(Port::Amqp, Cluster::port(Port::Amqp))]),
        volume_mounts: Some(mounts()),
        resources: Some(pod::resources(&plan.resources, "100m", "256Mi", "768Mi")),
        startup_probe: Some(pod::every(pod::tcp_probe(Port::Amqp), 2, 150)),
        // Its own `ping` costs half a second of processor time.
        readiness_probe: Some(pod::every(pod::tcp_probe(Port::Amqp), 5, 3)),
        liveness_probe: Some(pod::every(pod::tcp_probe(Port::Amqp), 20, 6)),
        ..pod::container(Component::Broker.as_str(), &plan.image, pull)
    };
    let spec = PodSpec {
        init_containers: Some(vec![cookie]),
        containers: vec![main],
        termination_grace_period_seconds: Some(60),
        volumes: Some(vec![
            pod::config_volume(&names::component(context.instance(), Component::Broker)),
            pod::secret_volume(&names::derived_secret(context.instance(), Component::Broker)),
            pod::empty_dir("tmp", false),
            pod::empty_dir("home", true),
        ]),
        ..PodSpec::default()
    };
    let claim = Claim { storage: &plan.storage, policy: plan.deletion_policy };
    store::stateful_set(context, Component::Broker, Some(&claim), config, secret, spec)
}

fn environment(context: Context<'_>) -> Vec<EnvVar> {
    let field = |name: &str, path: &str| EnvVar {
        name: name.to_owned(),
        value_from: Some(EnvVarSource {
            field_ref: Some(ObjectFieldSelector { field_path: path.to_owned(), api_version: Some("v1".to_owned()) }),
            ..EnvVarSource::default()
        }),
        value: None,
    };
    let value = |name: &str, value: String| EnvVar { name: name.to_owned(), value: Some(value), value_from: None };
    let service = names::component(context.instance(), Component::Broker);
    let config = names::CONFIG_DIR;
    vec![
        field("POD_NAME", "metadata.name"),
        field("POD_NAMESPACE", "metadata.namespace"),
        value("HOME", HOME.to_owned()),
        value("RABBITMQ_USE_LONGNAME", "true".to_owned()),
        // The data belongs to a node name: this one is the same after every restart.
        value("RABBITMQ_NODENAME", format!("rabbit@$(POD_NAME).{service}.$(POD_NAMESPACE).svc")),
        value("RABBITMQ_CONFIG_FILE", format!("{config}/rabbitmq.conf")),
        value("RABBITMQ_ENABLED_PLUGINS_FILE", format!("{config}/enabled_plugins")),
        value("RABBITMQ_MNESIA_BASE", format!("{DATA}/mnesia")),
        value("RABBITMQ_GENERATED_CONFIG_DIR", "/tmp/rabbitmq".to_owned()),
        value("RABBITMQ_LOGS", "-".to_owned()),
        // Wanted even when logs go to the console: on a read-only root the node would not start.
        value("RABBITMQ_LOG_BASE", "/tmp/log".to_owned()),
        value("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none".to_owned()),
    ]
}
