//! The rights that the chart gives: each is needed, and none is missing.

use crate::harness::{Request, World, until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::PostParams;
use securechat_operator_controller::access::{Rule, own_rules, rules};
use std::collections::BTreeSet;

/// What lets every right be used: parts that come and go, a migration that fails, files that change.
const FULL: &str = "services: {chats: {autoscaling: {maxReplicas: 4}}}, gateway: {ingress: {}}";
const BARE: &str = "services: {users: {replicas: 1}}, gateway: {trustedHops: 2}, \
    cache: {external: {host: redis.example.org}}";

async fn gateway_pod(world: &World) {
    let deployment = until("the gateway is there", || world.get::<Deployment>("acme-gateway")).await;
    let template = deployment.spec.unwrap().template;
    let mut pod = Pod { metadata: template.metadata.unwrap(), spec: template.spec, status: None };
    pod.metadata.name = Some("acme-gateway-pod".to_owned());
    world.api::<Pod>().create(&PostParams::default(), &pod).await.unwrap();
}

/// One rule after the other is taken away. The API server then refuses something, and it is something of that rule.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn without_any_one_rule_something_is_refused() {
    let all: Vec<Rule> = rules().into_iter().chain(own_rules()).collect();
    for (index, taken) in all.iter().enumerate() {
        let left: Vec<_> = all.iter().filter(|rule| *rule != taken).cloned().collect();
        let mut world = World::with_rules(&format!("without-{index}"), &left).await;
        let played = world.play();
        played.fail("acme-users-migrate", "V1__create_users.sql: no");
        world.apply(FULL);
        world.start_operator("one").await;
        // Owner references that block deletion are refused with the child that has them.
        let is_of_rule = |request: &Request| {
            request.code == 403
                && (taken.resources.contains(&request.resource) || taken.resources[0] == "securechats/finalizers")
        };
        until(&format!("something of {:?} is refused", taken.resources), || async {
            let requests = world.requests();
            requests.iter().any(is_of_rule).then_some(()).ok_or(requests.len())
        })
        .await;
        let others = world.requests().into_iter().find(|request| request.code == 403 && !is_of_rule(request));
        assert_eq!(others, None, "without {taken:?}");
        let _ = world.stop_operator().await;
    }
}

/// What is granted is used, verb by verb, in one life of a platform.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn every_granted_verb_is_used() {
    let mut world = World::new("rights").await;
    let played = world.play();
    world.apply(FULL);
    world.until_ready().await;
    gateway_pod(&world).await;
    world.apply(BARE);
    world.until_ready().await;
    played.fail("acme-users-migrate", "V2__add_location.sql: no");
    world.kubectl(&["patch", "schat", "acme", "--type=merge", "-p", r#"{"spec":{"version":"1.3.0"}}"#]);
    until("the failure is told", || async {
        let condition = world.condition("MigrationsCurrent").await;
        condition.starts_with("False MigrationFailed").then_some(()).ok_or(condition)
    })
    .await;
    played.mend();
    world.apply(BARE);
    world.until_ready().await;
    world.stop_operator().await.unwrap();

    let refused: Vec<_> = world.requests().into_iter().filter(|request| request.code == 403).collect();
    assert!(refused.is_empty(), "{refused:?}");
    // A watch is in the log when it has ended.
    until("every right has been used", || async {
        let unused = unused(&world.requests());
        unused.is_empty().then_some(()).ok_or(unused)
    })
    .await;
}

fn unused(requests: &[Request]) -> Vec<String> {
    let mut used = BTreeSet::new();
    for request in requests {
        used.insert(format!("{} {}", request.verb, request.resource));
        // An apply that makes an object needs the right to create it, too.
        if request.verb == "patch" && request.code == 201 {
            used.insert(format!("create {}", request.resource));
        }
    }
    let granted = rules().into_iter().chain(own_rules()).flat_map(|rule| {
        let of = |resource: &String| rule.verbs.iter().map(|verb| format!("{verb} {resource}")).collect::<Vec<_>>();
        rule.resources.iter().flat_map(of).collect::<Vec<_>>()
    });
    // This cluster may know no foreign kinds; the admission of owner references makes no request of its own: drift.rs has
    // the edit that needs the right to delete a Deployment.
    let elsewhere = ["httproutes", "certificates", "update securechats/finalizers", "delete deployments"];
    granted.filter(|right| !used.contains(right) && !elsewhere.iter().any(|other| right.ends_with(other))).collect()
}
