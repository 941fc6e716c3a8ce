//! Secrets that somebody else makes and the resource names.

use crate::harness::{World, until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::json;

const STORES: &str = "database: {external: {host: db, adminUser: root, adminSecret: {name: db-admin}}}, \
                      broker: {external: {host: mq, usersSecret: {name: mq-users}}}, cache: {external: {host: redis}}";

async fn give(world: &World, name: &str, entries: &[&str], labels: serde_json::Value) {
    let data: serde_json::Map<_, _> = entries.iter().map(|entry| ((*entry).to_owned(), "secret".into())).collect();
    let secret = json!({"metadata": {"name": name, "labels": labels}, "stringData": data});
    let secret: Secret = serde_json::from_value(secret).unwrap();
    world.api().create(&PostParams::default(), &secret).await.unwrap();
}

async fn template(world: &World, name: &str) -> String {
    let deployment: Deployment = world.get(name).await.unwrap();
    let annotations = deployment.spec.unwrap().template.metadata.unwrap().annotations.unwrap();
    annotations["securechat.io/secrets-hash"].clone()
}

/// Proves: B-06.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_secret_of_somebody_else_rolls_those_who_read_it() {
    let world = World::new("given").await;
    let _played = world.play();
    let users = ["account", "users", "session", "chats", "messaging"];
    give(&world, "db-admin", &["password"], json!({})).await;
    give(&world, "mq-users", &users, json!({"securechat.io/follow": "true"})).await;
    world.apply(STORES);
    world.until_ready().await;
    let (chats, auth) = (template(&world, "acme-chats").await, template(&world, "acme-auth").await);

    let changed = Patch::Merge(json!({"stringData": {"chats": "another"}}));
    world.api::<Secret>().patch("mq-users", &PatchParams::default(), &changed).await.unwrap();
    until("chats reads it anew", || async {
        let now = template(&world, "acme-chats").await;
        if now == chats { Err(now) } else { Ok(()) }
    })
    .await;
    world.until_ready().await;
    assert_eq!(template(&world, "acme-auth").await, auth, "auth has no way to the broker");
}
