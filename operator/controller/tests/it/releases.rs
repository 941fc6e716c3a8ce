use crate::harness::{World, until};
use serde_json::json;

fn config_map(name: &str, release: &str) -> String {
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "labels": {"securechat.io/release": "true"}},
        "data": {"release.yaml": release},
    });
    map.to_string()
}

const NEW: &str = "version: 2.0.0\nservices:\n\
    - {service: auth, migrations: [{script: V1__create_sign_ins.sql, version: 1, checksum: 101, class: expand}]}\n\
    - {service: account, migrations: [{script: V1__create_accounts.sql, version: 1, checksum: 201, class: expand}]}\n\
    - {service: users, migrations: [{script: V1__create_users.sql, version: 1, checksum: 301, class: expand}]}\n";

/// Proves: W-34, P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_a_config_map_describes_can_be_asked_for_as_soon_as_it_exists() {
    let world = World::new("described").await;
    let _played = world.play();
    world.apply("");
    world.until_serving("1.2.3").await;
    world.ask_for("2.0.0");
    let told = world.until_told("Ready", "False UnknownVersion").await;
    assert!(told.contains("does not know version 2.0.0"), "{told}");
    world.kubectl_apply(&config_map("release-2", NEW));
    world.until_serving("2.0.0").await;

    // It is gone: what runs is left as it is, and that is told.
    world.kubectl(&["delete", "configmap", "release-2"]);
    world.until_told("Ready", "False UnknownVersion").await;
    assert_eq!(world.acme().await.status.unwrap().version.as_deref(), Some("2.0.0"));
    world.kubectl_apply(&config_map("release-2", NEW));
    world.until_told("Ready", "True").await;
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_config_map_that_cannot_be_used_is_told_by_name_and_harms_nothing() {
    let world = World::new("malformed").await;
    let _played = world.play();
    world.apply("");
    world.until_serving("1.2.3").await;
    for (release, words) in [
        ("colour: red", "ConfigMap bad: not a release description"),
        ("version: 1.2.3\nservices: []", "ConfigMap bad: release 1.2.3 is described otherwise already"),
    ] {
        world.kubectl_apply(&config_map("bad", release));
        until("it is told", || async {
            let told = world.condition("Degraded").await;
            (told.starts_with("True ReleaseInvalid") && told.contains(words)).then_some(()).ok_or(told)
        })
        .await;
        assert!(world.condition("Ready").await.starts_with("True"), "the platform is as asked");
    }
    world.kubectl(&["delete", "configmap", "bad"]);
    world.until_told("Degraded", "False").await;
}

/// An upgrade to a release whose files are not those that were applied is refused before anything is done.
///
/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_with_a_changed_migration_is_refused_before_anything_rolls() {
    let world = World::new("changed").await;
    let played = world.play();
    world.apply("");
    world.until_serving("1.2.3").await;
    let done = played.succeeded();
    world.kubectl_apply(&config_map("release-2", &NEW.replace("checksum: 301", "checksum: 999")));
    world.ask_for("2.0.0");
    let told = world.until_told("Ready", "False MigrationsDiffer").await;
    for words in ["users: release 2.0.0 holds V1__create_users.sql with checksum 999", "applied with checksum 301"] {
        assert!(told.contains(words), "{told}");
    }
    let status = world.acme().await.status.unwrap();
    assert!(status.services.iter().all(|s| s.version.as_deref() == Some("1.2.3")), "{:?}", status.services);
    assert_eq!(played.succeeded(), done);
}
