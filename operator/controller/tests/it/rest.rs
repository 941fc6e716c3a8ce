use crate::harness::{Process, Request, World, until};
use std::path::Path;
use std::time::{Duration, Instant};

/// Judged by the API server's audit log. `SOAK_REST_MINUTES` makes it longer.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_minute_at_rest_writes_nothing_but_the_lease_and_reads_nothing_but_watches() {
    let world = World::new("rest").await;
    let _played = world.play();
    world.apply("demoAccounts: [{userName: alice, email: alice@example.org}]");
    world.until_ready().await;
    // At rest: five seconds without a request other than the Lease's.
    let mut quiet = (0, Instant::now());
    until("the operator is at rest", || {
        let seen = world.requests().iter().filter(|r| !is_routine(r)).count();
        if seen != quiet.0 {
            quiet = (seen, Instant::now());
        }
        let rested = quiet.1.elapsed() > Duration::from_secs(5);
        async move { rested.then_some(()).ok_or(seen) }
    })
    .await;
    let before = world.requests().len();
    let minutes = std::env::var_os("SOAK_REST_MINUTES").map_or(1, |n| n.to_str().unwrap().parse().unwrap());
    tokio::time::sleep(Duration::from_mins(minutes)).await;
    let minute = world.requests().split_off(before);
    let other: Vec<_> = minute.iter().filter(|request| !is_routine(request)).collect();
    assert!(other.is_empty(), "{other:#?}");
    let leases =
        minute.iter().filter(|request| request.resource == "leases" && request.verb == "update").count() as u64;
    let expected = 20 * minutes..=40 * minutes;
    assert!(expected.contains(&leases), "the Lease is renewed every two seconds, not {leases} times in {minutes} min");
}

fn is_routine(request: &Request) -> bool {
    request.verb == "watch" || (request.resource == "leases" && matches!(request.verb.as_str(), "get" | "update"))
}

/// A second operator that takes over finds everything as it should be: it writes nothing but its Lease.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_operator_writes_nothing() {
    let world = World::without_operator("restart").await;
    let _played = world.play();
    world.apply("version: 0.1.0");
    let start = |identity: &str| {
        let program = Path::new(env!("CARGO_BIN_EXE_securechat-operator"));
        let args = ["--identity", identity, "--namespace", "restart", "--lease-namespace", "restart"];
        Process::start(program, &world.server.operator_kubeconfig(), &args)
    };
    let mut first = start("one");
    world.until_ready().await;
    first.signal("TERM");
    until("the first has ended", || {
        let ended = first.ended();
        async move { ended.ok_or("it runs") }
    })
    .await;
    let (before, requests) = (versions(&world).await, world.requests().len());
    let second = start("two");
    until("the second has looked", || {
        let looks = second.metric("securechat_operator_reconciles_total");
        async move { if looks >= 1.0 { Ok(()) } else { Err(looks) } }
    })
    .await;
    let since = world.requests().split_off(requests);
    let reads = |request: &&Request| matches!(request.verb.as_str(), "get" | "list" | "watch");
    let writes: Vec<_> = since.iter().filter(|r| !reads(r) && r.resource != "leases").collect();
    assert!(writes.is_empty(), "{writes:#?}");
    assert_eq!(before, versions(&world).await);
}

async fn versions(world: &World) -> Vec<String> {
    use securechat_operator_controller::kinds::Kind;
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let list = world.dynamic(&kind.resource()).list_metadata(&kube::api::ListParams::default()).await;
        let Ok(list) = list else {
            assert!(kind.is_foreign(), "{kind}");
            continue;
        };
        let ours = list.items.into_iter().filter(|o| o.metadata.labels.is_some());
        all.extend(ours.map(|o| format!("{kind} {:?} {:?}", o.metadata.name, o.metadata.resource_version)));
    }
    all
}
