use crate::harness::{World, until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::DeleteParams;
use securechat_operator_api::status::{PlanState, PlanStatus};

async fn plan(world: &World) -> PlanStatus {
    world.acme().await.status.unwrap_or_default().plan.unwrap_or_default()
}

fn approve(world: &World, hash: &str) {
    world.patch(&format!(r#"{{"spec":{{"upgrade":{{"approvedPlan":"{hash}"}}}}}}"#));
}

async fn waiting(world: &World) -> PlanStatus {
    until("a plan waits", || async {
        let (plan, told) = (plan(world).await, world.condition("Ready").await);
        let waits =
            plan.state == PlanState::Waiting && told.contains(&format!("plan {} waits for approval", plan.hash));
        waits.then_some(plan.clone()).ok_or((plan, told))
    })
    .await
}

async fn replicas(world: &World, name: &str) -> Option<i32> {
    world.get::<Deployment>(name).await.ok()?.spec?.replicas
}

const MANUAL: &str = "upgrade: {approval: Manual}";

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn with_manual_approval_nothing_is_done_before_its_plan_is_named() {
    let world = World::new("manual").await;
    let _played = world.play();
    world.apply(MANUAL);
    let first = waiting(&world).await;
    assert_eq!(world.objects().await.len(), 0, "the first installation waits, too");
    assert!(first.objects.contains(&"+ Deployment acme-auth".to_owned()), "{first:?}");
    let users = first.services.iter().find(|service| service.name == "users").unwrap();
    assert_eq!((users.from.as_deref(), users.to.as_str()), (None, "1.2.3"));
    assert_eq!((users.migrations[0].script.as_str(), users.migrations[0].checksum), ("V1__create_users.sql", 301));
    let told = world.condition("Ready").await;
    assert!(
        told.contains(&format!(
            "kubectl patch schat acme -n manual --type merge -p '{{\"spec\":{{\"upgrade\":{{\"approvedPlan\":\"{}\"",
            first.hash
        )),
        "{told}"
    );
    assert!(world.condition("Degraded").await.starts_with("False"), "nothing is wrong");

    approve(&world, "0123456789");
    let other = until("the wrong name is told", || async {
        let told = world.condition("Ready").await;
        told.contains("names 0123456789, which is another one").then_some(told.clone()).ok_or(told)
    });
    other.await;
    assert_eq!(world.objects().await.len(), 0);
    approve(&world, &first.hash);
    world.until_serving("1.2.3").await;
    assert_eq!(plan(&world).await.state, PlanState::Done);
    let line = world.kubectl(&["get", "schat", "acme", "-o", "wide"]);
    assert!(line.contains(&first.hash) && line.contains("Done") && line.contains(&first.summary), "{line}");

    // An upgrade waits; what runs is kept as it was approved meanwhile; the old approval approves nothing.
    world.ask_for("1.3.0");
    let second = waiting(&world).await;
    assert_ne!(second.hash, first.hash);
    assert!(second.summary.starts_with("1.2.3 to 1.3.0: 1 migration"), "{}", second.summary);
    assert!(second.restarts.contains(&"acme-auth".to_owned()), "{:?}", second.restarts);
    world.api::<ConfigMap>().delete("acme-users", &DeleteParams::default()).await.unwrap();
    until("a deleted child is back", || world.get::<ConfigMap>("acme-users")).await;
    assert_eq!(world.acme().await.status.unwrap().version.as_deref(), Some("1.2.3"));
    approve(&world, &second.hash);
    world.until_serving("1.3.0").await;
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn another_edit_makes_another_plan_and_taking_it_back_makes_none() {
    let world = World::new("edits").await;
    let _played = world.play();
    world.apply("");
    world.until_serving("1.2.3").await;
    world.apply(&format!("{MANUAL}, services: {{web: {{replicas: 3}}}}"));
    let three = waiting(&world).await;
    assert_eq!(three.objects, ["~ Deployment acme-web"]);
    assert_eq!(three.restarts, [""; 0], "more pods, but none is replaced");
    world.apply("upgrade: {approval: Manual}, services: {web: {replicas: 4}}");
    let four = until("the other edit has a plan of its own", || async {
        let plan = plan(&world).await;
        (plan.hash != three.hash && plan.state == PlanState::Waiting).then_some(plan.clone()).ok_or(plan)
    })
    .await;
    approve(&world, &three.hash);
    until("the approval of the first is told to be another one", || async {
        let told = world.condition("Ready").await;
        told.contains("which is another one").then_some(()).ok_or(told)
    })
    .await;
    assert_eq!(replicas(&world, "acme-web").await, Some(2));

    world.apply(MANUAL);
    world.until_serving("1.2.3").await;
    until("no plan is left", || async {
        let plan = plan(&world).await;
        (plan.state == PlanState::Done && plan.hash != four.hash).then_some(()).ok_or(plan)
    })
    .await;
    assert_eq!(replicas(&world, "acme-web").await, Some(2));
    // Without the need of an approval it is done at once.
    world.apply("services: {web: {replicas: 4}}");
    until("it is done", || async {
        let replicas = replicas(&world, "acme-web").await;
        (replicas == Some(4)).then_some(()).ok_or(replicas)
    })
    .await;
}
