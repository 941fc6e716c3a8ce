use crate::harness::{World, until};
use futures_util::StreamExt as _;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Patch, PatchParams, WatchEvent, WatchParams};
use serde_json::json;
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;

/// Every number of pods that a Deployment had since, each change once.
struct Seen {
    counts: Arc<Mutex<Vec<i32>>>,
    task: JoinHandle<()>,
}

impl Seen {
    async fn of(world: &World, name: &str) -> Self {
        let counts = Arc::new(Mutex::new(Vec::new()));
        let params = WatchParams::default().fields(&format!("metadata.name={name}")).timeout(280);
        let version = world.get::<Deployment>(name).await.unwrap().metadata.resource_version.unwrap();
        let mut events = world.api::<Deployment>().watch(&params, &version).await.unwrap().boxed();
        let collected = Arc::clone(&counts);
        let task = tokio::spawn(async move {
            while let Some(Ok(WatchEvent::Modified(deployment))) = events.next().await {
                let replicas = deployment.spec.unwrap().replicas.unwrap();
                let mut collected = collected.lock().unwrap();
                if collected.last() != Some(&replicas) {
                    collected.push(replicas);
                }
            }
        });
        Self { counts, task }
    }

    fn counts(&self) -> Vec<i32> {
        self.counts.lock().unwrap().clone()
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What Kubernetes' autoscaler does: it writes the scale.
async fn scale(world: &World, name: &str, replicas: i32) {
    let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
    let scaler = PatchParams { field_manager: Some("kube-controller-manager".to_owned()), ..PatchParams::default() };
    world.api::<Deployment>().patch_scale(name, &scaler, &patch).await.unwrap();
}

async fn replicas(world: &World, name: &str) -> Option<i32> {
    world.get::<Deployment>(name).await.unwrap().spec.unwrap().replicas
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_does_not_fight_with_the_autoscaler() {
    let world = World::new("scaling").await;
    let _played = world.play();
    let spec = "services: {chats: {autoscaling: {minReplicas: 2, maxReplicas: 9, cpuPercent: 70}}}";
    world.apply(spec);
    world.until_ready().await;
    let scaler = world.get::<HorizontalPodAutoscaler>("acme-chats").await.unwrap().spec.unwrap();
    assert_eq!((scaler.min_replicas, scaler.max_replicas), (Some(2), 9));
    assert_eq!(scaler.scale_target_ref.name, "acme-chats");

    let seen = Seen::of(&world, "acme-chats").await;
    let mut decided = Vec::new();
    for (round, level) in ["debug", "info", "warn", "debug", "info"].into_iter().enumerate() {
        let count = [5, 3, 9, 2, 4][round];
        scale(&world, "acme-chats", count).await;
        decided.push(count);
        world.apply(&format!("{spec}, logLevel: {level}"));
        until("the operator has applied the Deployment anew", || async {
            let config = world.get::<ConfigMap>("acme-chats").await?;
            let text = config.data.unwrap()["config.json"].clone();
            text.contains(&format!("\"log\": \"{level}\"")).then_some(()).ok_or(text)
        })
        .await;
        world.until_ready().await;
    }
    assert_eq!(replicas(&world, "acme-chats").await, Some(4));
    assert_eq!(seen.counts(), decided, "nobody but the autoscaler changed it");
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn autoscaling_begins_with_as_many_pods_as_there_are_and_ends_with_as_many_as_are_asked_for() {
    let world = World::new("scaling-begins").await;
    let _played = world.play();
    world.apply("services: {users: {replicas: 4}}");
    world.until_ready().await;
    let seen = Seen::of(&world, "acme-users").await;
    world.apply("services: {users: {autoscaling: {maxReplicas: 6}}}");
    until("the autoscaler is there", || world.get::<HorizontalPodAutoscaler>("acme-users")).await;
    world.until_ready().await;
    assert!(seen.counts().iter().all(|count| *count == 4), "{:?}", seen.counts());
    scale(&world, "acme-users", 6).await;

    world.apply("services: {users: {replicas: 3}}");
    until("the number is ours again and the autoscaler gone", || async {
        let gone = world.get::<HorizontalPodAutoscaler>("acme-users").await.is_err();
        let replicas = replicas(&world, "acme-users").await;
        (gone && replicas == Some(3)).then_some(()).ok_or((gone, replicas))
    })
    .await;

    // Stopping a service needs no other edit.
    world.apply("services: {users: {replicas: 0, autoscaling: {maxReplicas: 6}}}");
    until("it is stopped", || async {
        let replicas = replicas(&world, "acme-users").await;
        (replicas == Some(0)).then_some(()).ok_or(replicas)
    })
    .await;
    assert!(world.get::<HorizontalPodAutoscaler>("acme-users").await.is_err());
    let counts = seen.counts();
    assert!(!counts.contains(&1) && !counts.contains(&2), "{counts:?}");
}

/// A platform that grows is not one that fails.
///
/// Proves: P-15, W-55.
#[tokio::test(flavor = "multi_thread")]
async fn while_pods_are_added_the_platform_stays_ready() {
    let world = World::new("growing").await;
    let played = world.play();
    world.apply("services: {chats: {autoscaling: {maxReplicas: 9}}}");
    world.until_ready().await;
    scale(&world, "acme-chats", 2).await;
    world.until_ready().await;
    played.hold("acme-chats");
    scale(&world, "acme-chats", 8).await;
    let two = json!({"status": {"observedGeneration": 1_000, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}});
    world.api::<Deployment>().patch_status("acme-chats", &PatchParams::default(), &Patch::Merge(two)).await.unwrap();
    until("the operator has seen it, and the platform is ready", || async {
        let (status, ready) = (world.acme().await.status.unwrap(), world.condition("Ready").await);
        let chats = status.services.into_iter().find(|service| service.name == "chats").unwrap();
        let grows = chats.replicas == 8 && chats.ready == 2;
        (grows && ready.starts_with("True")).then_some(()).ok_or((chats, ready))
    })
    .await;
}
