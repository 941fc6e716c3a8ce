//! Upgrades and ways back. Jobs and pods make progress by being played.

use crate::harness::{World, until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::ResourceExt as _;
use kube::api::{DeleteParams, ListParams, PostParams};
use securechat_operator_api::status::ServiceStatus;
use serde_json::json;
use std::collections::BTreeSet;

async fn users(world: &World) -> ServiceStatus {
    let services = world.acme().await.status.unwrap_or_default().services;
    services.into_iter().find(|service| service.name == "users").unwrap_or_default()
}

/// Name and arguments of the migration Jobs of users.
async fn jobs(world: &World) -> Vec<(String, String)> {
    let jobs = world.api::<Job>().list(&ListParams::default().labels("securechat.io/service=users")).await.unwrap();
    let arguments = |job: &Job| job.spec.as_ref().unwrap().template.spec.as_ref().unwrap().containers[0].args.clone();
    jobs.iter().map(|job| (job.name_any(), arguments(job).unwrap().join(" "))).collect()
}

/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn what_takes_away_runs_last_when_no_pod_of_an_older_release_is_left() {
    let world = World::new("contract").await;
    let played = world.play();
    world.apply("version: 1.3.0");
    world.until_serving("1.3.0").await;
    let pod = json!({
        "metadata": {"name": "draining", "labels": {
            "app.kubernetes.io/instance": "acme", "app.kubernetes.io/component": "chats", "app.kubernetes.io/version": "1.3.0",
        }},
        "spec": {"containers": [{"name": "chats", "image": "x", "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
        }}], "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}},
    });
    world.api::<Pod>().create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();

    let before = jobs(&world).await;
    // One service is slow.
    played.hold("acme-chats");
    world.ask_for("1.4.0");
    let told = world.until_told("MigrationsCurrent", "False ContractPending").await;
    assert!(told.contains("users: V4__drop_location.sql waits until everything runs 1.4.0"), "{told}");
    let schema = until("what adds is applied", || async {
        let schema = users(&world).await.schema;
        (schema.as_deref() == Some("V3__add_town.sql")).then_some(()).ok_or(schema)
    });
    schema.await;
    let first: Vec<_> = jobs(&world).await.into_iter().filter(|job| !before.contains(job)).collect();
    assert!(first.len() == 1 && first[0].1.starts_with("migrate users --target 3 --config"), "{first:?}");

    // All are new, one old pod still drains.
    played.mend();
    until("the old pod is waited for", || async {
        let told = world.condition("MigrationsCurrent").await;
        told.contains("one older pod still ends").then_some(()).ok_or(told)
    })
    .await;
    let succeeded = played.succeeded().len();
    world
        .api::<Pod>()
        .delete("draining", &DeleteParams { grace_period_seconds: Some(0), ..DeleteParams::default() })
        .await
        .unwrap();
    world.until_serving("1.4.0").await;
    assert_eq!(users(&world).await.schema.as_deref(), Some("V4__drop_location.sql"));
    assert_eq!(played.succeeded().len(), succeeded + 1, "one Job, after everything else");
    let last = jobs(&world).await;
    assert!(last.iter().any(|(_, args)| args.starts_with("migrate users --config")), "{last:?}");
    assert!(world.condition("MigrationsCurrent").await.starts_with("True"));

    // And there is no way back.
    world.ask_for("1.3.0");
    let told = world.until_told("Ready", "False RollbackRefused").await;
    assert!(told.contains("V4__drop_location.sql of release 1.4.0 has taken away"), "{told}");
    assert_eq!(world.acme().await.status.unwrap().version.as_deref(), Some("1.4.0"));
    world.ask_for("1.4.0");
    world.until_serving("1.4.0").await;
}

/// What was approved before is kept running meanwhile.
///
/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn a_jump_is_refused_and_what_runs_goes_on() {
    let world = World::new("jump").await;
    let _played = world.play();
    world.apply("");
    world.until_serving("1.2.3").await;
    world.ask_for("1.5.0");
    let told = world.until_told("Ready", "False JumpRefused").await;
    for words in ["users: V4__drop_location.sql", "1.5.0 has V5__add_language.sql after it", "go to 1.4.0 first"] {
        assert!(told.contains(words), "{told}");
    }
    assert!(world.condition("Degraded").await.starts_with("True JumpRefused"));
    let uid = world.get::<Service>("acme-web").await.unwrap().metadata.uid;
    world.api::<Service>().delete("acme-web", &DeleteParams::default()).await.unwrap();
    until("a deleted child of what runs is back", || async {
        let found = world.get::<Service>("acme-web").await?.metadata.uid;
        (found != uid).then_some(()).ok_or("still the old one".to_owned())
    })
    .await;
    assert_eq!(world.acme().await.status.unwrap().version.as_deref(), Some("1.2.3"));
    for version in ["1.4.0", "1.5.0"] {
        world.ask_for(version);
        world.until_serving(version).await;
    }
}

/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_runs_no_job_while_nothing_was_taken_away() {
    let world = World::new("back").await;
    let played = world.play();
    world.apply("");
    world.until_serving("1.2.3").await;
    world.ask_for("1.3.0");
    world.until_serving("1.3.0").await;
    let migrations = |all: Vec<String>| all.into_iter().filter(|job| job.contains("-migrate-")).collect::<Vec<_>>();
    let before = migrations(played.succeeded());
    world.ask_for("1.2.3");
    world.until_serving("1.2.3").await;
    assert_eq!(migrations(played.succeeded()), before);
    let users = users(&world).await;
    assert_eq!(users.schema.as_deref(), Some("V2__add_location.sql"), "the schema stays ahead");
    // Nor does the way forward again, since everything is there.
    world.ask_for("1.3.0");
    world.until_serving("1.3.0").await;
    assert_eq!(migrations(played.succeeded()), before);
}

/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_migration_is_run_again_when_it_is_asked_for_and_only_then() {
    let world = World::new("again").await;
    let played = world.play();
    world.apply("");
    world.until_serving("1.2.3").await;
    let words =
        "V2__add_location.sql:2: Duplicate column name 'location' (error 1060); the statement: ALTER TABLE people";
    played.fail("acme-users-migrate", words);
    world.ask_for("1.3.0");
    let told = world.until_told("MigrationsCurrent", "False MigrationFailed").await;
    for part in ["V2__add_location.sql:2", "Duplicate column name 'location' (error 1060)", "ALTER TABLE people"] {
        assert!(told.contains(part), "{told}");
    }
    let failed: BTreeSet<_> = jobs(&world).await.into_iter().map(|(name, _)| name).collect();
    let word = |word: &str| {
        let word = format!("securechat.io/retry-migration={word}");
        world.kubectl(&["annotate", "--overwrite", "schat", "acme", &word]);
    };
    word("first");
    let again = until("it has failed once more", || async {
        let told = world.condition("MigrationsCurrent").await;
        let new = jobs(&world).await.into_iter().map(|(name, _)| name).find(|name| !failed.contains(name));
        new.filter(|new| told.contains(new.as_str())).ok_or(told)
    })
    .await;
    let events = until("each failure is an Event", || async {
        let events = world.kubectl(&[
            "get",
            "events",
            "-o",
            "jsonpath={range .items[*]}{.reason} {.note}{.message}{\"\\n\"}{end}",
        ]);
        let told = events.lines().filter(|line| line.starts_with("MigrationFailed")).count();
        (told >= 2).then_some(events.clone()).ok_or(events)
    })
    .await;
    assert!(events.contains(&again), "{events}");
    assert!(world.acme().await.status.unwrap().services.iter().any(|s| s.version.as_deref() == Some("1.2.3")));
    played.mend();
    word("second");
    world.until_serving("1.3.0").await;
}

/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn two_quick_edits_run_one_migration_after_the_other_and_none_twice() {
    let world = World::new("quick").await;
    let played = world.play();
    world.apply("");
    world.until_serving("1.2.3").await;
    played.hold("acme-users-migrate");
    world.ask_for("1.3.0");
    let running = until("the first migration runs", || async {
        let jobs = jobs(&world).await;
        jobs.iter().find(|(_, args)| !args.is_empty() && jobs.len() > 1).map(|_| jobs.clone()).ok_or(jobs.clone())
    })
    .await;
    world.ask_for("1.4.0");
    until("the second waits for the first", || async {
        let told = world.condition("MigrationsCurrent").await;
        told.contains("must end first").then_some(()).ok_or(told)
    })
    .await;
    assert_eq!(jobs(&world).await, running, "no Job beside the one that runs");
    played.mend();
    world.until_serving("1.4.0").await;
    let succeeded = played.succeeded();
    let once: BTreeSet<_> = succeeded.iter().collect();
    assert_eq!(once.len(), succeeded.len(), "{succeeded:?}");
    let versions: Vec<_> = users(&world).await.migrations.into_iter().map(|m| m.release).collect();
    assert_eq!(versions, ["1.2.3", "1.3.0", "1.4.0", "1.4.0"]);
}

/// The operator dies when it has noted a Job, and when it has made one and not seen it.
///
/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_that_dies_around_making_a_job_is_followed_by_one_that_makes_no_other() {
    let mut world = World::new("dies").await;
    let played = world.play();
    world.apply("");
    world.until_serving("1.2.3").await;
    for (version, made) in [("1.3.0", false), ("1.4.0", true)] {
        let before: BTreeSet<_> = jobs(&world).await.into_iter().collect();
        world.ask_for(version);
        loop {
            let new = jobs(&world).await.into_iter().any(|job| !before.contains(&job));
            if new || (!made && users(&world).await.begun.is_some()) {
                break;
            }
            tokio::task::yield_now().await;
        }
        world.kill_operator().await;
        world.start_operator("one").await;
        world.until_serving(version).await;
    }
    let succeeded = played.succeeded();
    let once: BTreeSet<_> = succeeded.iter().collect();
    assert_eq!(once.len(), succeeded.len(), "{succeeded:?}");
    let scripts: Vec<_> = users(&world).await.migrations.into_iter().map(|m| m.script).collect();
    assert_eq!(scripts.len(), 4, "{scripts:?}");
    let image = world.get::<Deployment>("acme-users").await.unwrap();
    assert_eq!(image.spec.unwrap().template.metadata.unwrap().labels.unwrap()["app.kubernetes.io/version"], "1.4.0");
}
