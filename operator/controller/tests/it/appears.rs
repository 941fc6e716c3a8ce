use crate::harness::{World, until};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec, Secret};
use kube::ResourceExt as _;
use kube::api::{ListParams, PostParams};
use std::collections::BTreeSet;

/// Every object that the renderer's goldens have appears, and no other.
///
/// Proves: P-15, W-57.
#[tokio::test(flavor = "multi_thread")]
async fn a_resource_becomes_every_object_of_the_platform() {
    let world = World::new("appears").await;
    let _played = world.play();
    world.apply("demoAccounts: [{userName: alice, email: alice@example.org}]");
    world.until_ready().await;

    let services = ["auth", "account", "users", "session", "chats", "messaging"];
    let mut expected = BTreeSet::new();
    for part in services.iter().chain(&["web"]) {
        expected
            .extend(["ConfigMap", "Service", "ServiceAccount", "Deployment"].map(|kind| format!("{kind}/acme-{part}")));
    }
    for store in ["database", "broker", "cache"] {
        let kinds = ["ConfigMap", "Service", "ServiceAccount", "StatefulSet"];
        expected.extend(kinds.map(|kind| format!("{kind}/acme-{store}")));
        expected.insert(format!("Secret/acme-{store}-bootstrap"));
    }
    expected
        .extend(["ConfigMap", "Service", "ServiceAccount", "Deployment"].map(|kind| format!("{kind}/acme-gateway")));
    let pods = ["web", "database", "broker", "cache", "gateway", "provision", "migrate", "default-deny"];
    expected.extend(services.iter().chain(&pods).map(|pods| format!("NetworkPolicy/acme-{pods}")));
    let several = services.iter().chain(&["web", "gateway"]);
    expected.extend(several.map(|part| format!("PodDisruptionBudget/acme-{part}")));
    expected.extend(services.map(|service| format!("Secret/acme-{service}")));
    expected.extend(["database", "broker", "keys", "accounts"].map(|name| format!("Secret/acme-{name}")));
    expected.insert("ServiceAccount/acme-jobs".to_owned());

    let found = world.objects().await;
    let (jobs, rest): (BTreeSet<_>, BTreeSet<_>) =
        found.into_iter().partition(|o| o.contains("-migrate-") || o.contains("-provision-"));
    assert_eq!(rest, expected);
    assert_eq!(jobs.len(), 14, "seven Jobs and the configuration of each: {jobs:?}");
}

/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn no_deployment_of_a_service_exists_before_its_migration_has_succeeded() {
    let world = World::new("order").await;
    let played = world.play();
    played.hold("acme-provision");
    world.apply("");
    until("provisioning has begun", || async {
        let reason = world.condition("MigrationsCurrent").await;
        reason.starts_with("False Provisioning").then_some(()).ok_or(reason)
    })
    .await;
    let services = |names: Vec<String>| -> Vec<String> {
        names.into_iter().filter(|name| name != "acme-web" && name != "acme-gateway").collect()
    };
    assert_eq!(services(names::<Deployment>(&world).await), Vec::<String>::new());
    assert_eq!(names::<Job>(&world).await.len(), 1, "nothing is migrated before provisioning has succeeded");

    for service in ["auth", "account", "users", "session", "chats", "messaging"] {
        played.hold(&format!("acme-{service}-migrate"));
    }
    played.release("acme-provision");
    until("all migrations have begun", || async {
        let jobs = names::<Job>(&world).await;
        (jobs.len() == 7).then_some(()).ok_or(jobs)
    })
    .await;
    assert_eq!(services(names::<Deployment>(&world).await), Vec::<String>::new());

    played.release("acme-chats-migrate");
    until("the one migrated service rolls out", || async {
        let deployments = services(names::<Deployment>(&world).await);
        (deployments == ["acme-chats"]).then_some(()).ok_or(deployments)
    })
    .await;
    played.mend();
    world.until_ready().await;
}

/// The API server's own admission judges every pod that the platform would run.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn every_pod_is_admitted_under_the_restricted_level() {
    let world = World::new("restricted").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let mut templates: Vec<(String, PodTemplateSpec)> = Vec::new();
    let all = ListParams::default();
    for object in world.api::<Deployment>().list(&all).await.unwrap() {
        templates.push((object.name_any(), object.spec.unwrap().template));
    }
    for object in world.api::<StatefulSet>().list(&all).await.unwrap() {
        // A claim's volume stands in the template only once the StatefulSet controller has put it there.
        let mut template = object.spec.unwrap().template;
        let claim = serde_json::json!({"name": "data", "emptyDir": {}});
        let spec = template.spec.as_mut().unwrap();
        spec.volumes.get_or_insert_default().push(serde_json::from_value(claim).unwrap());
        templates.push((object.metadata.name.unwrap(), template));
    }
    for object in world.api::<Job>().list(&all).await.unwrap() {
        templates.push((object.name_any(), object.spec.unwrap().template));
    }
    assert_eq!(templates.len(), 8 + 3 + 7);
    let dry = PostParams { dry_run: true, ..PostParams::default() };
    for (name, template) in templates {
        let mut pod = Pod { metadata: template.metadata.unwrap(), spec: template.spec, status: None };
        pod.metadata.name = Some(format!("{name}-pod"));
        let admitted = world.api::<Pod>().create(&dry, &pod).await;
        assert!(admitted.is_ok(), "{name}: {}", admitted.unwrap_err());
    }
}

/// Proves: B-06, H-26.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_made_once_and_survive_a_restart_of_the_operator() {
    let mut world = World::new("secrets").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let contents = || async {
        let secrets = world.api::<Secret>().list(&ListParams::default()).await.unwrap();
        secrets.into_iter().map(|s| (s.name_any(), s.data)).collect::<Vec<_>>()
    };
    let before = contents().await;
    world.stop_operator().await.unwrap();
    world.start_operator("two").await;
    world.apply("logLevel: debug");
    until("the change has reached a service", || async {
        let config = world.get::<k8s_openapi::api::core::v1::ConfigMap>("acme-auth").await?;
        let text = config.data.unwrap()["config.json"].clone();
        text.contains("\"log\": \"debug\"").then_some(()).ok_or(text)
    })
    .await;
    world.until_ready().await;
    let contents = world.api::<Secret>().list(&ListParams::default()).await.unwrap();
    let after: Vec<_> = contents.into_iter().map(|s| (s.name_any(), s.data)).collect();
    assert_eq!(before, after);
}

async fn names<K>(world: &World) -> Vec<String>
where
    K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope>
        + Clone
        + serde::de::DeserializeOwned
        + std::fmt::Debug,
    K::DynamicType: Default,
{
    world.api::<K>().list(&ListParams::default()).await.unwrap().iter().map(kube::ResourceExt::name_any).collect()
}
