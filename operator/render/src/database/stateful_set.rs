use super::{DATA, PROBE_FILE};
use crate::{
    context::Context,
    environment::Cluster,
    names, pod,
    store::{self, Claim, DATA_VOLUME},
};
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{ConfigMap, Container, PodSpec, Secret};
use securechat_operator_api::spec::DatabaseFlavour;
use securechat_operator_plan::{Component, DatabasePlan, Port};

/// The server. It leans on no image's entrypoint.
pub(crate) fn build(context: Context<'_>, plan: &DatabasePlan, config: &ConfigMap, secret: &Secret) -> StatefulSet {
    let pull = &context.topology.pull;
    let mounts = || {
        vec![
            pod::mount(DATA_VOLUME, DATA),
            pod::mount("config", names::CONFIG_DIR),
            pod::mount("secrets", names::SECRETS_DIR),
            pod::mount("tmp", "/tmp"),
            pod::mount("run", "/run/mysqld"),
        ]
    };
    let (server, admin) = match plan.flavour {
        DatabaseFlavour::Mysql => ("mysqld", "mysqladmin"),
        DatabaseFlavour::Mariadb => ("mariadbd", "mariadb-admin"),
    };
    let probe_file = format!("--defaults-file={}/{PROBE_FILE}", names::SECRETS_DIR);
    let ping = pod::exec_probe(&[admin, &probe_file, "ping"]);
    let install = Container {
        command: Some(vec!["sh".to_owned(), format!("{}/install.sh", names::CONFIG_DIR)]),
        volume_mounts: Some(mounts()),
        resources: Some(pod::resources(&plan.resources, "100m", "512Mi", "1Gi")),
        ..pod::container("install", &plan.image, pull)
    };
    let main = Container {
        command: Some(vec![server.to_owned(), format!("--defaults-file={}/my.cnf", names::CONFIG_DIR)]),
        ports: Some(vec![pod::port(Port::Sql, Cluster::port(Port::Sql))]),
        volume_mounts: Some(mounts()),
        resources: Some(pod::resources(&plan.resources, "100m", "512Mi", "1Gi")),
        startup_probe: Some(pod::every(ping.clone(), 2, 300)),
        readiness_probe: Some(pod::every(ping.clone(), 5, 3)),
        liveness_probe: Some(pod::every(ping, 20, 6)),
        ..pod::container(Component::Database.as_str(), &plan.image, pull)
    };
    let spec = PodSpec {
        init_containers: Some(vec![install]),
        containers: vec![main],
        // A clean shutdown may have to write many pages.
        termination_grace_period_seconds: Some(120),
        volumes: Some(vec![
            pod::config_volume(&names::component(context.instance(), Component::Database)),
            pod::secret_volume(&names::derived_secret(context.instance(), Component::Database)),
            pod::empty_dir("tmp", false),
            pod::empty_dir("run", true),
        ]),
        ..PodSpec::default()
    };
    let claim = Claim { storage: &plan.storage, policy: plan.deletion_policy };
    store::stateful_set(context, Component::Database, Some(&claim), config, secret, spec)
}
