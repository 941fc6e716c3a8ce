use crate::harness::{World, until};
use futures_util::StreamExt;
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::{Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use securechat_operator_api::SecureChat;
use serde_json::json;

/// Proves: P-15, W-55.
#[tokio::test(flavor = "multi_thread")]
async fn kubectl_get_tells_the_state_in_a_line() {
    let world = World::new("line").await;
    let played = world.play();
    played.hold("acme-database");
    world.apply("");
    until("it is told that the database is awaited", || async {
        let line = world.kubectl(&["get", "schat", "acme", "--no-headers"]);
        line.contains("WaitingForDatabase").then_some(()).ok_or(line)
    })
    .await;
    played.mend();
    world.until_ready().await;
    let line = world.kubectl(&["get", "schat", "acme", "--no-headers"]);
    for word in ["acme", "True", "AllServing", "1.2.3", "release 1.2.3 serves at https://chat.example.org"] {
        assert!(line.contains(word), "{line}");
    }
    let wide = world.kubectl(&["get", "schat", "acme", "-o", "wide"]);
    assert!(wide.contains("SCHEMAS") && wide.contains("URL"), "{wide}");
    let waited = world.kubectl(&["wait", "--for=condition=Ready", "--timeout=5s", "schat/acme"]);
    assert!(waited.contains("condition met"), "{waited}");
}

/// Every condition of the documented list is there, each of this generation and with a documented reason.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn every_condition_is_told_with_a_documented_reason() {
    use securechat_operator_api::status::{ConditionType, Reason};
    let world = World::new("conditions").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let acme = world.acme().await;
    let status = acme.status.unwrap();
    assert_eq!(status.observed_generation, acme.metadata.generation);
    let told: Vec<_> = status.conditions.iter().map(|c| c.type_.as_str()).collect();
    assert_eq!(told, ConditionType::ALL.map(ConditionType::as_str));
    for condition in &status.conditions {
        assert!(Reason::ALL.iter().any(|reason| reason.as_str() == condition.reason), "{condition:?}");
        assert_eq!(condition.observed_generation, acme.metadata.generation);
    }
    assert_eq!(status.services.len(), 6);
    assert!(status.services.iter().all(|s| s.ready == 2 && s.replicas == 2 && s.version.as_deref() == Some("1.2.3")));
}

/// Whoever waits for `Ready` after an edit does not get the state before it.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_replaces_pods_is_not_told_to_be_done_before_they_are() {
    let world = World::new("early").await;
    let played = world.play();
    world.apply("");
    world.until_ready().await;
    played.hold("acme-");
    let before = world.acme().await;
    let version = before.resource_version().unwrap();
    let mut events = world.api::<SecureChat>().watch(&WatchParams::default(), &version).await.unwrap().boxed();
    world.apply("logLevel: debug");
    let first = loop {
        let Some(Ok(WatchEvent::Modified(acme))) = events.next().await else { continue };
        let ready = acme.status.unwrap_or_default().conditions.into_iter().find(|c| c.type_ == "Ready").unwrap();
        if ready.observed_generation != before.metadata.generation {
            break ready;
        }
    };
    assert_eq!((first.status.as_str(), first.reason.as_str()), ("False", "RollingOut"), "{}", first.message);
}

/// Proves: W-55.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_stops_serving_is_told() {
    let world = World::new("store-down").await;
    let played = world.play();
    world.apply("");
    world.until_ready().await;
    played.hold("acme-broker");
    let down = Patch::Merge(json!({"status": {"readyReplicas": 0, "availableReplicas": 0, "replicas": 1}}));
    world.api::<StatefulSet>().patch_status("acme-broker", &PatchParams::default(), &down).await.unwrap();
    until("it is told", || async {
        let condition = world.condition("BrokerReady").await;
        condition.starts_with("False Unavailable").then_some(()).ok_or(condition)
    })
    .await;
    assert!(world.condition("DatabaseReady").await.starts_with("True"));
    assert!(world.condition("Ready").await.contains("broker"));
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_paused_resource_is_left_as_it_is_and_its_state_is_told() {
    let world = World::new("paused").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    world.apply("paused: true, logLevel: debug");
    until("it is told", || async {
        let condition = world.condition("Paused").await;
        condition.starts_with("True").then_some(()).ok_or(condition)
    })
    .await;
    let edited = Patch::Merge(json!({"data": {"config.json": "{}"}}));
    world.api::<ConfigMap>().patch("acme-users", &PatchParams::default(), &edited).await.unwrap();
    until("nothing was put back, and the edit was noticed", || async {
        let text = world.get::<ConfigMap>("acme-users").await?.data.unwrap()["config.json"].clone();
        (text == "{}").then_some(()).ok_or(text)
    })
    .await;
    world.apply("");
    until("it is put back", || async {
        let text = world.get::<ConfigMap>("acme-users").await?.data.unwrap()["config.json"].clone();
        text.contains("acme-database").then_some(()).ok_or(text)
    })
    .await;
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_the_resource_names_and_nobody_made_is_told() {
    let world = World::new("missing-secret").await;
    let _played = world.play();
    world.apply("mail: {host: smtp, from: chat@example.org, userName: chat, passwordSecret: {name: smtp}}");
    let told = until("it is told", || async {
        let condition = world.condition("Degraded").await;
        condition.starts_with("True SecretMissing").then_some(condition.clone()).ok_or(condition)
    })
    .await;
    assert!(told.contains("Secret smtp does not exist"), "{told}");
    let secret =
        serde_json::from_value(json!({"metadata": {"name": "smtp"}, "stringData": {"password": "x"}})).unwrap();
    world.api::<k8s_openapi::api::core::v1::Secret>().create(&PostParams::default(), &secret).await.unwrap();
    world.until_ready().await;
}

/// Every Secret that the resource names is looked for, key by key, also those that Jobs alone read.
///
/// Proves: P-15, A-18.
#[tokio::test(flavor = "multi_thread")]
async fn every_key_that_lacks_in_a_named_secret_is_told() {
    let world = World::new("lacking-keys").await;
    let _played = world.play();
    let users = ["auth", "account", "users", "session", "chats", "messaging"];
    let both = users.iter().flat_map(|user| [(*user).to_owned(), format!("{user}_migration")]);
    for (name, keys) in
        [("authority", vec!["other".to_owned()]), ("db-users", both.filter(|key| key != "chats_migration").collect())]
    {
        let data: std::collections::BTreeMap<_, _> = keys.into_iter().map(|key| (key, "x")).collect();
        let secret = serde_json::from_value(json!({"metadata": {"name": name}, "stringData": data})).unwrap();
        world.api::<k8s_openapi::api::core::v1::Secret>().create(&PostParams::default(), &secret).await.unwrap();
    }
    world.apply(
        "database: {external: {host: db, tls: true, caSecret: {name: authority}, usersSecret: {name: db-users}}}",
    );
    for (secret, key) in [("authority", "ca.crt"), ("db-users", "chats_migration")] {
        until(&format!("the key {key} is missed"), || async {
            let condition = world.condition("Degraded").await;
            condition.contains(&format!("Secret {secret} lacks the key '{key}'")).then_some(()).ok_or(condition)
        })
        .await;
        let patch = Patch::Merge(json!({"stringData": {key: "x"}}));
        world.api::<k8s_openapi::api::core::v1::Secret>().patch(secret, &PatchParams::default(), &patch).await.unwrap();
    }
    world.until_ready().await;
}
