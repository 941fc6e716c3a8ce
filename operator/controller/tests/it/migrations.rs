use crate::harness::{World, until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use kube::ResourceExt as _;
use kube::api::{DeleteParams, ListParams};

const WORDS: &str = "V1__create_users.sql:2: Table 'people' already exists (1050)";

/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_migration_is_a_condition_that_names_it_and_stops_its_service_alone() {
    let world = World::new("failed").await;
    let played = world.play();
    played.fail("acme-users-migrate", WORDS);
    world.apply("");
    let condition = until("the failure is told", || async {
        let condition = world.condition("MigrationsCurrent").await;
        condition.starts_with("False MigrationFailed").then_some(condition.clone()).ok_or(condition)
    })
    .await;
    let job = users_job(&world).await;
    for part in ["users", job.as_str(), "V1__create_users.sql", "Table 'people' already exists"] {
        assert!(condition.contains(part), "{condition} does not name {part}");
    }
    let running = until("the others run", || async {
        let all = world.api::<Deployment>().list(&ListParams::default()).await.unwrap();
        let names: Vec<_> = all.iter().map(kube::ResourceExt::name_any).collect();
        (names.len() == 7).then_some(names.clone()).ok_or(names)
    })
    .await;
    assert!(!running.contains(&"acme-users".to_owned()));
    assert!(world.condition("Degraded").await.starts_with("True MigrationFailed"));
    assert!(world.condition("Ready").await.starts_with("False MigrationFailed"));
    let line = world.kubectl(&["get", "schat"]);
    assert!(line.contains("MigrationFailed") && line.contains(&job), "{line}");
    let events = until("the failure is an Event", || async {
        let events = world.kubectl(&[
            "get",
            "events",
            "-o",
            "jsonpath={range .items[*]}{.reason} {.note}{.message}{\"\\n\"}{end}",
        ]);
        events.contains("MigrationFailed").then_some(events.clone()).ok_or(events)
    })
    .await;
    assert_eq!(events.matches("MigrationFailed").count(), 1, "{events}");

    // It is not tried again by itself; deleting the Job is how a person asks for it.
    let uid = world.get::<Job>(&job).await.unwrap().metadata.uid;
    played.mend();
    world.api::<Job>().delete(&job, &DeleteParams::background()).await.unwrap();
    world.until_ready().await;
    assert_ne!(world.get::<Job>(&job).await.unwrap().metadata.uid, uid);
}

/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn while_an_upgrade_fails_the_old_release_of_that_service_stays_as_it_is() {
    let world = World::new("upgrade").await;
    let played = world.play();
    world.apply("");
    world.until_ready().await;
    let before = world.get::<Deployment>("acme-users").await.unwrap();
    played.fail("acme-users-migrate", "V2__add_location.sql:2: Duplicate column name 'location' (1060)");
    upgrade(&world);
    until("the others run the new release", || async {
        let status = world.acme().await.status.unwrap();
        let new = status.services.iter().filter(|s| s.version.as_deref() == Some("1.3.0")).count();
        (new == 5).then_some(()).ok_or(status.services)
    })
    .await;
    let condition = world.condition("MigrationsCurrent").await;
    assert!(condition.contains("V2__add_location.sql"), "{condition}");
    let after = world.get::<Deployment>("acme-users").await.unwrap();
    assert_eq!(before.metadata.uid, after.metadata.uid);
    assert_eq!(before.spec, after.spec, "the old release serves on, untouched");
    assert_eq!(world.acme().await.status.unwrap().version.as_deref(), Some("1.2.3"));

    // Going back is a way out.
    played.mend();
    world.apply("");
    world.until_ready().await;
    let status = world.acme().await.status.unwrap();
    assert!(status.services.iter().all(|s| s.version.as_deref() == Some("1.2.3")), "{:?}", status.services);
}

/// Proves: W-34.
#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_runs_each_migration_once_and_sweeps_the_old_jobs() {
    let world = World::new("once").await;
    let played = world.play();
    world.apply("");
    world.until_ready().await;
    let old = users_job(&world).await;
    upgrade(&world);
    until("the new release serves everywhere", || async {
        let status = world.acme().await.status.unwrap_or_default();
        (status.version.as_deref() == Some("1.3.0")).then_some(()).ok_or(status.services)
    })
    .await;
    world.until_ready().await;
    let users = world.acme().await.status.unwrap().services.into_iter().find(|s| s.name == "users").unwrap();
    assert_eq!(users.schema.as_deref(), Some("V2__add_location.sql"));
    let succeeded = played.succeeded();
    let once: std::collections::BTreeSet<_> = succeeded.iter().collect();
    assert_eq!(once.len(), succeeded.len(), "{succeeded:?}");
    until("the old Job is swept", || async { world.get::<Job>(&old).await.err().ok_or("it is still there") }).await;
}

fn upgrade(world: &World) {
    world.kubectl(&["patch", "schat", "acme", "--type=merge", "-p", r#"{"spec":{"version":"1.3.0"}}"#]);
}

async fn users_job(world: &World) -> String {
    let jobs = world.api::<Job>().list(&ListParams::default().labels("securechat.io/service=users")).await.unwrap();
    jobs.items[0].name_any()
}
