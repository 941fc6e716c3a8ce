use crate::harness::{Asked, Fate, Line, Process, Request, World, releases, until};
use http::Method;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Service;
use kube::api::{DeleteParams, Patch, PatchParams};
use securechat_operator_plan::Releases;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

async fn holder(world: &World) -> String {
    let lease = world.api::<Lease>().get_opt("operator").await.unwrap();
    lease.and_then(|lease| lease.spec).and_then(|spec| spec.holder_identity).unwrap_or_default()
}

/// How soon, the cluster's tests say: here others run beside it.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_is_told_to_stop_is_followed_before_its_lease_runs_out() {
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
    let lasts = Duration::from_secs(15);
    assert!(started.elapsed() < lasts, "it took {:?}", started.elapsed());
    world.api::<Service>().delete("acme-web", &DeleteParams::default()).await.unwrap();
    until("the second acts", || world.get::<Service>("acme-web")).await;
    stop.cancel();
    second.await.unwrap().unwrap();
}

/// Where there is much to list, or the API server is slow. Found by `make soak`.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_that_lists_for_longer_than_its_lease_lasts_keeps_it_meanwhile_and_then_acts() {
    let world = World::without_operator("long-lists").await;
    let (line, go) = (Line::new(), CancellationToken::new());
    let held = Fate::Held(go.clone());
    let lists = |asked: &Asked| asked.method == Method::GET && asked.resource == "networkpolicies" && !asked.watch;
    line.judge(move |asked| if lists(asked) { held.clone() } else { Fate::Pass });
    let client = line.client(world.server).await;
    let (_stop, operator) = world.spawn_operator_as(client, "one", "operator", releases());
    let renewals = |asked: &Asked| asked.method == Method::PUT && asked.resource == "leases";
    // One every two seconds, and it lasts fifteen.
    until("it was renewed for longer than it lasts", || async {
        let count = line.count(renewals);
        if count > 8 { Ok(()) } else { Err(count) }
    })
    .await;
    world.apply("");
    assert!(world.objects().await.is_empty(), "it does not act on what it does not know whole");
    go.cancel();
    until("it acts", || world.get::<Service>("acme-web")).await;
    assert!(!operator.is_finished());
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

/// The program itself is stopped by a signal while it leads, and goes on when another one leads. Judged by the audit
/// log: the other one has other rights.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_was_frozen_past_its_lease_writes_nothing_when_it_wakes() {
    let world = World::without_operator("frozen").await;
    let _played = world.play();
    world.apply("version: 0.1.0");
    let args =
        ["--identity", "one", "--namespace", "frozen", "--lease-namespace", "frozen", "--lease-name", "operator"];
    let mut frozen = Process::start(
        Path::new(env!("CARGO_BIN_EXE_securechat-operator")),
        &world.server.operator_kubeconfig(),
        &[args.as_slice(), &["--lease-seconds", "10"]].concat(),
    );
    world.until_ready().await;
    frozen.signal("STOP");
    let releases = Releases::built_in().unwrap();
    let (_, second) = world.spawn_operator_as(world.client.clone(), "two", "operator", releases);
    world.api::<Service>().delete("acme-web", &DeleteParams::default()).await.unwrap();
    until("the second acts", || world.get::<Service>("acme-web")).await;

    // Now there is something to do, and nobody else does it.
    second.abort();
    let _ = second.await;
    let writes = |world: &World| world.requests().into_iter().filter(is_write).collect::<Vec<_>>();
    let before = writes(&world);
    world.api::<Service>().delete("acme-web", &DeleteParams::default()).await.unwrap();
    frozen.signal("CONT");
    let ended = until("it has ended", || {
        let ended = frozen.ended();
        async move { ended.ok_or("it runs") }
    })
    .await;
    assert!(!ended.success(), "its container is started anew, with a fresh memory");
    assert_eq!(writes(&world), before);
    assert!(world.get::<Service>("acme-web").await.is_err());
}

fn is_write(request: &Request) -> bool {
    !matches!(request.verb.as_str(), "get" | "list" | "watch")
}
