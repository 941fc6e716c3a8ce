//! New credentials, against a real API server. Nobody signs in anywhere here: what may be in use when is the pure tests'
//! business (`operator/plan`), what a store accepts `crates/db`'s, and both together the cluster's.

use crate::harness::{World, until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kube::ResourceExt as _;
use kube::api::{DeleteParams, PostParams};
use securechat_operator_api::status::CredentialsStatus;
use serde_json::Value;

const LABEL: &str = "securechat.io/credentials";

fn rotate(world: &World, word: &str) {
    world.kubectl(&["annotate", "schat", "acme", "--overwrite", &format!("securechat.io/rotate-credentials={word}")]);
}

async fn credentials(world: &World) -> CredentialsStatus {
    world.acme().await.status.unwrap_or_default().credentials.unwrap_or_default()
}

async fn until_rotated(world: &World, word: &str) {
    until(&format!("'{word}' has rotated"), || async {
        let seen = credentials(world).await;
        (seen.rotated.as_deref() == Some(word)).then_some(()).ok_or(seen)
    })
    .await;
    world.until_ready().await;
}

async fn label(world: &World, deployment: &str) -> Option<String> {
    let deployment: Deployment = world.get(deployment).await.unwrap();
    deployment.spec.unwrap().template.metadata.unwrap().labels.unwrap().get(LABEL).cloned()
}

async fn config(world: &World, name: &str) -> Value {
    let map: ConfigMap = world.get(name).await.unwrap();
    serde_json::from_str(&map.data.unwrap()["config.json"]).unwrap()
}

/// The users that the broker starts with.
async fn broker_users(world: &World) -> Vec<String> {
    let secret: Secret = world.get("acme-broker-bootstrap").await.unwrap();
    let definitions: Value = serde_json::from_slice(&secret.data.unwrap()["definitions.json"].0).unwrap();
    definitions["users"].as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect()
}

/// Proves: B-06.
#[tokio::test(flavor = "multi_thread")]
async fn a_word_rotates_the_passwords_once_and_the_next_word_once_more() {
    let world = World::new("rotation").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    assert_eq!(label(&world, "acme-users").await, None);
    let first = broker_users(&world).await;

    rotate(&world, "one");
    until_rotated(&world, "one").await;
    let told = credentials(&world).await;
    assert_eq!((told.used.as_str(), told.next, told.former), ("b", None, None));
    let at = told.rotated_at.unwrap();
    assert_eq!(label(&world, "acme-users").await.as_deref(), Some("b"));
    assert_eq!(label(&world, "acme-web").await, None, "web signs in nowhere");
    let users = config(&world, "acme-users").await;
    assert_eq!((&users["database"]["user"], &users["broker"]["user"]), (&"users_b".into(), &"users_b".into()));
    assert_eq!(broker_users(&world).await, first.iter().map(|user| format!("{user}_b")).collect::<Vec<_>>());
    let secret: Secret = world.get("acme-credentials-b").await.unwrap();
    assert_eq!(secret.data.unwrap().len(), 17, "six services with two users each, five with a third");
    let described = world.kubectl(&["describe", "schat", "acme"]);
    assert!(described.contains("Rotated At"), "{described}");

    // Other edits, and another operator, rotate nothing.
    world.apply("logLevel: debug");
    world.until_ready().await;
    let told = credentials(&world).await;
    assert_eq!((told.used.as_str(), told.rotated_at), ("b", Some(at)));

    rotate(&world, "two");
    until_rotated(&world, "two").await;
    assert_eq!(credentials(&world).await.used, "a");
    assert_eq!(label(&world, "acme-users").await.as_deref(), Some("a"));
    assert_eq!(broker_users(&world).await, first, "the first users, with other passwords");
    until("the former passwords are gone", || async {
        match world.get::<Secret>("acme-credentials-b").await {
            Ok(secret) => Err(secret.name_any()),
            Err(_) => Ok(()),
        }
    })
    .await;
}

/// Proves: B-06.
#[tokio::test(flavor = "multi_thread")]
async fn the_former_passwords_work_until_the_last_pod_that_has_them_is_gone() {
    let world = World::new("former").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    // No controller makes pods here: one that is of the present template, and slow to end.
    let template = world.get::<Deployment>("acme-chats").await.unwrap().spec.unwrap().template;
    let mut pod = Pod { metadata: template.metadata.unwrap(), spec: template.spec, status: None };
    pod.metadata.name = Some("acme-chats-slow".to_owned());
    world.api::<Pod>().create(&PostParams::default(), &pod).await.unwrap();

    rotate(&world, "one");
    let told = world.until_told("Progressing", "True RotatingCredentials: pods with older").await;
    assert!(told.ends_with(": 1"), "{told}");
    assert!(world.condition("Ready").await.starts_with("True"), "nobody has to wait for it");
    let told = credentials(&world).await;
    assert_eq!((told.used.as_str(), told.former.as_deref(), told.rotated), ("b", Some("first"), None));
    assert_eq!(broker_users(&world).await.len(), 10, "both are let in");

    world.api::<Pod>().delete("acme-chats-slow", &DeleteParams::default().grace_period(0)).await.unwrap();
    until_rotated(&world, "one").await;
    assert_eq!(broker_users(&world).await.len(), 5);
}

/// Proves: B-06.
#[tokio::test(flavor = "multi_thread")]
async fn while_a_store_cannot_be_told_nothing_is_replaced_and_another_operator_goes_on_with_it() {
    let mut world = World::new("untold").await;
    let played = world.play();
    world.apply("");
    world.until_ready().await;
    played.fail("acme-provision", "the administrator's password is not accepted");
    rotate(&world, "one");
    let told = world.until_told("Ready", "False ProvisionFailed").await;
    assert!(told.contains("not accepted"), "{told}");
    assert_eq!(label(&world, "acme-users").await, None);
    let made = world.get::<Secret>("acme-credentials-b").await.unwrap().metadata.uid;

    world.stop_operator().await.unwrap();
    played.mend();
    world.start_operator("two").await;
    world.kubectl(&["annotate", "schat", "acme", "securechat.io/retry-migration=again"]);
    until_rotated(&world, "one").await;
    assert_eq!(world.get::<Secret>("acme-credentials-b").await.unwrap().metadata.uid, made, "made once");
    assert_eq!(credentials(&world).await.used, "b");
}

/// A word that was there before anybody could mean it asks for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_platform_has_new_passwords_and_needs_no_others() {
    let world = World::new("annotated").await;
    let _played = world.play();
    let resource = crate::harness::resource("").replace(
        "metadata: {name: acme}",
        "metadata: {name: acme, annotations: {securechat.io/rotate-credentials: old}}",
    );
    world.kubectl_apply(&resource);
    world.until_ready().await;
    let told = credentials(&world).await;
    assert_eq!((told.used.as_str(), told.requested.as_deref(), told.rotated), ("first", Some("old"), None));
}
