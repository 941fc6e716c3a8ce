use crate::harness::{World, until};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, DeleteParams};
use securechat_operator_api::SecureChat;
use std::time::{Duration, Instant};

/// Kubernetes' own garbage collector runs here; what it deletes is really gone.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn deleting_the_resource_ends_clean_and_keeps_what_opens_retained_data() {
    let world = World::new("gone").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let resources: Api<SecureChat> = world.api();
    let started = Instant::now();
    resources.delete("acme", &DeleteParams::foreground()).await.unwrap();
    until("the resource is gone", || async {
        let found = resources.get_metadata_opt("acme").await.unwrap();
        found.map_or(Ok(()), |found| Err(found.metadata.finalizers))
    })
    .await;
    let kept = until("its children are gone", || async {
        let left = world.objects().await;
        (left.len() == 2).then_some(left.clone()).ok_or(left)
    })
    .await;
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), ["Secret/acme-database", "Secret/acme-keys"]);
    assert!(started.elapsed() < Duration::from_secs(30), "it took {:?}", started.elapsed());

    // Applied again, it finds the passwords that open the data.
    let key = |secret: Secret| secret.data.unwrap()["key-encryption-key"].clone();
    let before = key(world.get("acme-keys").await.unwrap());
    world.apply("");
    world.until_ready().await;
    assert_eq!(before, key(world.get("acme-keys").await.unwrap()));
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_policy_delete_nothing_is_kept_even_while_no_operator_runs() {
    let mut world = World::new("nothing-kept").await;
    let _played = world.play();
    world.apply("database: {managed: {deletionPolicy: delete}}");
    world.until_ready().await;
    world.stop_operator().await.unwrap();
    world.api::<SecureChat>().delete("acme", &DeleteParams::background()).await.unwrap();
    until("everything is gone", || async {
        let left = world.objects().await;
        left.is_empty().then_some(()).ok_or(left)
    })
    .await;
}

/// What the retention says can be changed afterwards.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_deletion_policy_changes_who_owns_the_secrets() {
    let world = World::new("policy").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let owned = || async {
        let secret: Secret = world.get("acme-keys").await.unwrap();
        secret.metadata.owner_references.is_some_and(|owners| !owners.is_empty())
    };
    assert!(!owned().await);
    for (policy, expected) in [("delete", true), ("retain", false)] {
        world.apply(&format!("database: {{managed: {{deletionPolicy: {policy}}}}}"));
        until("the Secret follows", || async { (owned().await == expected).then_some(()).ok_or(policy) }).await;
    }
}
