use crate::harness::{World, until};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Service;
use kube::api::{DeleteParams, Patch, PatchParams};
use std::time::{Duration, Instant};

async fn holder(world: &World) -> String {
    let lease = world.api::<Lease>().get_opt("operator").await.unwrap();
    lease.and_then(|lease| lease.spec).and_then(|spec| spec.holder_identity).unwrap_or_default()
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_is_told_to_stop_is_followed_within_two_seconds() {
    let mut world = World::new("handover").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let (stop, second) = world.spawn_operator("two").await;
    assert_eq!(holder(&world).await, "one");
    let started = Instant::now();
    world.stop_operator().await.unwrap();
    until("the second leads", || async {
        let holder = holder(&world).await;
        (holder == "two").then_some(()).ok_or(holder)
    })
    .await;
    assert!(started.elapsed() < Duration::from_secs(2), "it took {:?}", started.elapsed());
    world.api::<Service>().delete("acme-web", &DeleteParams::default()).await.unwrap();
    until("the second acts", || world.get::<Service>("acme-web")).await;
    stop.cancel();
    second.await.unwrap().unwrap();
}

/// A leader that cannot keep its Lease ends instead of writing on.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_whose_lease_was_taken_ends() {
    let world = World::without_operator("taken").await;
    let (_stop, operator) = world.spawn_operator("one").await;
    until("it leads", || async {
        let holder = holder(&world).await;
        (holder == "one").then_some(()).ok_or(holder)
    })
    .await;
    let taken = serde_json::json!({"spec": {"holderIdentity": "somebody", "leaseDurationSeconds": 3600}});
    world.api::<Lease>().patch("operator", &PatchParams::default(), &Patch::Merge(&taken)).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), operator).await.unwrap().unwrap();
    assert!(ended.is_err_and(|error| error.to_string().contains("Lease")));
}
