//! What can go wrong between the operator and the API server. Whatever it is, nothing is lost, nobody else has to
//! wait for it, and nobody asks in a hot loop: every request is counted.

use crate::convergence::differences;
use crate::harness::{Asked, Fate, Line, Played, World, releases, until};
use http::Method;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Service, ServiceAccount};
use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use securechat_operator_controller::kinds::Kind;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// A platform that is ready, and the line by which its operator speaks.
struct Ground {
    world: World,
    line: Line,
    _played: Played,
    stop: CancellationToken,
}

impl Ground {
    async fn new(name: &str) -> Self {
        let ground = Self::installing(name, Line::new()).await;
        ground.world.until_ready().await;
        ground
    }

    /// A platform whose installation begins.
    async fn installing(name: &str, line: Line) -> Self {
        let world = World::without_operator(name).await;
        let played = world.play();
        world.apply("");
        let client = line.client(world.server).await;
        let (stop, _) = world.spawn_operator_as(client, "one", "operator", releases());
        Self { world, line, _played: played, stop }
    }

    /// Things that have to be put back or made.
    async fn disturb(&self) {
        self.world.api::<Service>().delete("acme-web", &DeleteParams::default()).await.unwrap();
        let scaled = Patch::Merge(json!({"spec": {"replicas": 7}}));
        self.world.api::<Deployment>().patch("acme-auth", &PatchParams::default(), &scaled).await.unwrap();
        self.world.apply("logLevel: debug");
    }

    async fn until_mended(&self) {
        until("all is as it should be", || async {
            let differences = differences(&self.world).await;
            if differences.is_empty() { Ok(()) } else { Err(differences) }
        })
        .await;
        self.world.until_ready().await;
    }

    /// Everything but the Lease goes wrong like this for a while, in which things change. How often it was asked.
    async fn suffer(&self, what: Fate, time: Duration) -> usize {
        let begun = self.line.count(by_work);
        self.line.judge(move |asked| if by_work(asked) { what.clone() } else { Fate::Pass });
        self.line.cut();
        self.disturb().await;
        tokio::time::sleep(time).await;
        self.line.count(by_work) - begun
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Not for the Lease: losing it is another story.
fn by_work(asked: &Asked) -> bool {
    asked.resource != "leases"
}

/// One after the other on one platform: refused connections, answers that say no, answers that come too late.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_api_server_fails_nothing_is_lost_and_nobody_asks_in_a_hot_loop() {
    let ground = Ground::new("faults").await;
    let time = Duration::from_secs(8);
    let fates = [409, 410, 429, 500, 503].map(Fate::Answer).into_iter().chain([Fate::Refused, Fate::Ended, Fate::Lost]);
    for fate in fates {
        let asked = ground.suffer(fate.clone(), time).await;
        ground.line.mend();
        // Nine watches ask after 0.2, 0.4, 0.8, 1.6, 3.2 and 5 s, a resource that fails after 0.25 s and so on.
        assert!(asked < 100, "{fate:?}: {asked} requests in {} s", time.as_secs());
        ground.until_mended().await;
        ground.world.apply("");
        ground.until_mended().await;
    }
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_is_installed_through_a_line_on_which_every_seventh_request_fails() {
    let line = Line::new();
    let mut n = 0;
    line.judge(move |asked| {
        n += 1;
        match n % 49 {
            _ if !by_work(asked) => Fate::Pass,
            0 => Fate::Answer(409),
            7 => Fate::Answer(410),
            14 => Fate::Answer(429),
            21 => Fate::Answer(500),
            28 => Fate::Refused,
            35 => Fate::Late(Duration::from_millis(700)),
            42 => Fate::AnswerLost(CancellationToken::new()),
            _ => Fate::Pass,
        }
    });
    let ground = Ground::installing("every-seventh", line).await;
    crate::harness::until_within(Duration::from_mins(4), "the platform is ready", || async {
        let ready = ground.world.condition("Ready").await;
        ready.starts_with("True").then_some(()).ok_or(ready)
    })
    .await;
    ground.line.mend();
    ground.until_mended().await;
}

/// A few watches at a time, or with `SOAK_WATCHES=1` each in turn.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_goes_silent_stops_no_other_and_is_back_within_a_minute() {
    let ground = Ground::new("silent").await;
    let kinds: Vec<_> = Kind::ALL.into_iter().filter(|kind| !kind.is_foreign()).map(Some).chain([None]).collect();
    let at_once = std::env::var_os("SOAK_WATCHES").map_or(5, |n| n.to_str().unwrap().parse().unwrap());
    for (turn, frozen) in kinds.chunks(at_once).enumerate() {
        some_silent_watches(&ground, turn, frozen).await;
        ground.until_mended().await;
    }
}

/// `None` is the watch of the resources themselves.
async fn some_silent_watches(ground: &Ground, turn: usize, frozen: &[Option<Kind>]) {
    let Ground { world, line, .. } = ground;
    let watches = |kind: Option<Kind>| {
        let resource = kind.map_or("securechats".to_owned(), |kind| kind.resource().plural);
        (line.count(|asked| asked.watch && asked.resource == resource), resource)
    };
    let before: Vec<_> = frozen.iter().map(|kind| watches(*kind)).collect();
    for (_, resource) in &before {
        line.freeze(resource);
    }
    let since = Instant::now();

    for (kind, name) in CHILDREN.into_iter().filter(|(kind, _)| !frozen.contains(&Some(*kind))) {
        let lost = Instant::now();
        lose(world, kind, name).await;
        assert!(lost.elapsed() < SILENCE, "{kind} {name} took {:?}", lost.elapsed());
    }
    for kind in frozen.iter().flatten() {
        if let Some((_, name)) = CHILDREN.into_iter().find(|(k, _)| k == kind) {
            lose(world, *kind, name).await;
        }
    }
    if frozen.contains(&None) {
        let level = if turn.is_multiple_of(2) { "debug" } else { "info" };
        world.apply(&format!("logLevel: {level}"));
        until("the change of the resource arrives", || async {
            let text = world.get::<ConfigMap>("acme-auth").await?.data.unwrap()["config.json"].clone();
            text.contains(&format!("\"log\": \"{level}\"")).then_some(()).ok_or(text)
        })
        .await;
    }
    for (kind, (begun, resource)) in frozen.iter().zip(before) {
        // Of some kinds there is no object: that they are watched anew is all there is to see.
        until(&format!("{resource} are watched anew"), || async {
            if watches(*kind).0 > begun { Ok(()) } else { Err("not yet") }
        })
        .await;
        let again = watches(*kind).0 - begun;
        assert!(again <= 3, "{resource} were watched anew {again} times");
    }
    assert!(since.elapsed() < Duration::from_mins(1), "{frozen:?}: it took {:?}", since.elapsed());
}

/// After which an operator gives a watch up: what takes longer may have waited for that.
const SILENCE: Duration = Duration::from_secs(30);

const CHILDREN: [(Kind, &str); 9] = [
    (Kind::ConfigMap, "acme-users"),
    (Kind::Secret, "acme-broker-bootstrap"),
    (Kind::Service, "acme-web"),
    (Kind::ServiceAccount, "acme-chats"),
    (Kind::NetworkPolicy, "acme-users"),
    (Kind::PodDisruptionBudget, "acme-users"),
    (Kind::StatefulSet, "acme-cache"),
    (Kind::Deployment, "acme-messaging"),
    (Kind::Job, "-migrate-"),
];

/// A child is deleted, and has to come back.
async fn lose(world: &World, kind: Kind, name: &str) {
    let api = world.dynamic(&kind.resource());
    let all = api.list_metadata(&kube::api::ListParams::default()).await.unwrap();
    let found = all.items.into_iter().find(|object| object.metadata.name.as_ref().unwrap().contains(name)).unwrap();
    let (name, uid) = (found.metadata.name.unwrap(), found.metadata.uid);
    api.delete(&name, &DeleteParams::background()).await.unwrap();
    until(&format!("{kind} {name} is back"), || async {
        let back = api.get_metadata_opt(&name).await.unwrap().and_then(|object| object.metadata.uid);
        if back.is_some() && back != uid { Ok(()) } else { Err(back) }
    })
    .await;
}

/// Somebody takes back whatever the operator writes.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_fight_over_a_child_is_fought_at_two_writes_a_second() {
    let ground = Ground::new("fight").await;
    let api = ground.world.dynamic(&Kind::Deployment.resource());
    let opponent = tokio::spawn(async move {
        use futures_util::StreamExt as _;
        use kube::runtime::{WatchStreamExt as _, watcher};
        let theirs = Patch::Merge(json!({"spec": {"replicas": 7}}));
        let named = watcher::Config::default().fields("metadata.name=acme-auth");
        let mut changes = watcher(api.clone(), named).applied_objects().boxed();
        while let Some(Ok(object)) = changes.next().await {
            let object: DynamicObject = object;
            if object.data["spec"]["replicas"] != 7 {
                let by_them = PatchParams { field_manager: Some("them".to_owned()), ..PatchParams::default() };
                api.patch("acme-auth", &by_them, &theirs).await.unwrap();
            }
        }
    });
    let begun = ground.line.count(Asked::is_write);
    tokio::time::sleep(Duration::from_secs(20)).await;
    let writes = ground.line.count(Asked::is_write) - begun;
    opponent.abort();
    // A hundred looks are free, then two a second; each writes the child, and may write the status before and after.
    assert!((20..500).contains(&writes), "{writes} writes in 20 s");
    let begun = ground.line.count(Asked::is_write);
    ground.until_mended().await;
    assert!(ground.line.count(Asked::is_write) - begun < 20);
}

/// Somebody makes it between the question whether there is one and the answer's use. Found by `make soak`.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_somebody_else_makes_at_the_same_moment_is_left_alone_and_told() {
    let ground = Ground::new("same-moment").await;
    let accounts = ground.world.api::<ServiceAccount>();
    let writes = |asked: &Asked| asked.method == Method::PATCH && asked.resource == "serviceaccounts";
    let begun = ground.line.count(writes);
    let go = CancellationToken::new();
    let held = Fate::Held(go.clone());
    ground.line.judge(move |asked| if writes(asked) { held.clone() } else { Fate::Pass });
    accounts.delete("acme-web", &DeleteParams::default()).await.unwrap();
    until("the operator is about to make it", || async {
        if ground.line.count(writes) > begun { Ok(()) } else { Err("not yet") }
    })
    .await;
    let theirs: ServiceAccount = serde_json::from_value(json!({"metadata": {"name": "acme-web"}})).unwrap();
    let before = accounts.create(&PostParams::default(), &theirs).await.unwrap();
    go.cancel();
    let told = ground.world.until_told("Degraded", "True NameTaken").await;
    assert!(told.contains("ServiceAccount named acme-web"), "{told}");
    let after = accounts.get("acme-web").await.unwrap();
    assert_eq!(before.metadata.resource_version, after.metadata.resource_version);
    accounts.delete("acme-web", &DeleteParams::default()).await.unwrap();
    ground.until_mended().await;
}
