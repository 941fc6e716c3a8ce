//! The operator as a large cluster has it: a thousand resources with all their children, on a real API server. Progress
//! of pods is played. `make soak` prints the figures; `SOAK_RESOURCES` makes it smaller.

use crate::harness::{Played, Process, Server, server, until_within};
use futures_util::{StreamExt as _, stream};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::api::{Api, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Client, ResourceExt as _};
use securechat_operator_api::SecureChat;
use securechat_operator_controller::access;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const NAMESPACES: u16 = 50;
const SECRETS: usize = 20_000;
const EDITS: usize = 300;

/// A figure, and what it may be at most.
struct Figure {
    what: String,
    found: f64,
    most: Option<f64>,
    unit: &'static str,
}

#[derive(Default)]
struct Table(Vec<Figure>);

impl Table {
    fn add(&mut self, what: impl Into<String>, found: f64, most: impl Into<Option<f64>>, unit: &'static str) {
        self.0.push(Figure { what: what.into(), found, most: most.into(), unit });
    }

    /// Prints all of them; gives those that are too large.
    #[expect(clippy::print_stdout, reason = "figures for a person")]
    fn print(&self) -> Vec<String> {
        println!("{:<64} {:>10} {:>10}", "", "found", "at most");
        let mut bad = Vec::new();
        for Figure { what, found, most, unit } in &self.0 {
            let limit = most.map_or_else(String::new, |most| format!("{most} {unit}"));
            println!("{what:<64} {:>10} {limit:>10}", format!("{found:.1} {unit}"));
            if most.is_some_and(|most| *found > most) {
                bad.push(format!("{what}: {found:.1} {unit} is more than {limit}"));
            }
        }
        bad
    }
}

/// Proves: P-15.
#[ignore = "make soak"]
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_platforms_take_little_memory_and_little_time() {
    let count: u16 = std::env::var_os("SOAK_RESOURCES").map_or(1_000, |n| n.to_str().unwrap().parse().unwrap());
    let server = tokio::task::spawn_blocking(server).await.unwrap();
    let (client, mut table) = (server.admin().await, Table::default());
    grant(server);
    let _played = Played::start(client.clone(), None);

    let started = Instant::now();
    let mut operator = start(server);
    create(&client, count).await;
    until_ready(&client, count, &mut operator).await;
    table.add(format!("{count} platforms installed at once"), started.elapsed().as_secs_f64(), None, "s");
    at_rest(&operator).await;
    let children = operator.metric("securechat_operator_children");
    table.add("their children", children, None, "");
    table.add("memory at rest after installing them", operator.memory("VmRSS"), 60.0, "MB");
    table.add("memory at most while installing them", operator.memory("VmHWM"), 80.0, "MB");
    drop(operator);

    let started = Instant::now();
    let operator = start(server);
    until_within(Duration::from_mins(2), "all is observed", || async {
        if operator.is_ready() { Ok(()) } else { Err("not yet") }
    })
    .await;
    table.add("cold start to all observed", started.elapsed().as_secs_f64(), 10.0, "s");
    until_within(Duration::from_mins(15), "every resource was looked at", || async {
        let looks = operator.metric("securechat_operator_reconciles_total");
        if looks >= f64::from(count) { Ok(()) } else { Err(looks) }
    })
    .await;
    table.add("cold start to every resource looked at", started.elapsed().as_secs_f64(), None, "s");
    at_rest(&operator).await;
    table.add("memory at rest after a cold start", operator.memory("VmRSS"), 60.0, "MB");
    table.add("memory at most while starting", operator.memory("VmHWM"), 80.0, "MB");

    let mut times = edit(&client).await;
    times.sort();
    let part = |of: usize| times[(times.len() * of / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
    table.add(format!("{EDITS} edits, acknowledged to put back: half within"), part(50), None, "ms");
    table.add(format!("{EDITS} edits, acknowledged to put back: 99 of 100 within"), part(99), 25.0, "ms");

    at_rest(&operator).await;
    let before = operator.memory("VmRSS");
    unrelated(&client).await;
    at_rest(&operator).await;
    table.add(format!("memory that {SECRETS} unrelated Secrets add"), operator.memory("VmRSS") - before, 1.0, "MB");
    let bad = table.print();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

fn grant(server: &Server) {
    let rules: Vec<_> = access::rules().into_iter().chain(access::own_rules()).collect();
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": {"name": "scale"}, "rules": rules});
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "scale"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "scale"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "operator"}]});
    server.kubectl(&["apply", "-f", "-"], &format!("{role}\n---\n{binding}"));
}

/// The program of a release, if `SOAK_OPERATOR` names it; with the chart's settings.
fn start(server: &Server) -> Process {
    let program = std::env::var_os("SOAK_OPERATOR").map(PathBuf::from);
    let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_securechat-operator").into());
    Process::start(&program, &server.operator_kubeconfig(), &["--identity", "one", "--lease-namespace", "default"])
}

async fn create(client: &Client, count: u16) {
    for n in 0..NAMESPACES {
        let namespace = Namespace {
            metadata: kube::core::ObjectMeta { name: Some(format!("scale-{n}")), ..Default::default() },
            ..Namespace::default()
        };
        Api::all(client.clone()).create(&PostParams::default(), &namespace).await.unwrap();
    }
    let one = |n: u16| async move {
        let resource: SecureChat = serde_json::from_value(json!({
            "apiVersion": "securechat.io/v1alpha1", "kind": "SecureChat",
            "metadata": {"name": format!("chat-{n}"), "namespace": format!("scale-{}", n % NAMESPACES)},
            "spec": {"version": "0.1.0", "publicUrl": format!("https://chat-{n}.example.org")},
        }))
        .unwrap();
        let api: Api<SecureChat> = Api::namespaced(client.clone(), &resource.namespace().unwrap());
        api.create(&PostParams::default(), &resource).await.unwrap();
    };
    stream::iter(0..count).for_each_concurrent(8, one).await;
}

async fn until_ready(client: &Client, count: u16, operator: &mut Process) {
    let api: Api<SecureChat> = Api::all(client.clone());
    let is_ready = |resource: &SecureChat| {
        let conditions = resource.status.iter().flat_map(|status| &status.conditions);
        conditions.into_iter().any(|c| c.type_ == "Ready" && c.status == "True")
    };
    loop {
        let ready = api.list(&ListParams::default()).await.unwrap().iter().filter(|r| is_ready(r)).count();
        if ready == usize::from(count) {
            return;
        }
        assert_eq!(operator.ended(), None, "the operator has ended: {ready} of {count} are ready");
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// Ten seconds without a look.
async fn at_rest(operator: &Process) {
    let mut last = (operator.metric("securechat_operator_reconciles_total"), Instant::now());
    while last.1.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let looks = operator.metric("securechat_operator_reconciles_total");
        if looks.total_cmp(&last.0).is_ne() {
            last = (looks, Instant::now());
        }
    }
}

/// One child after the other, of another platform each time, is edited: how long until it is put back.
async fn edit(client: &Client) -> Vec<Duration> {
    let all: Api<ConfigMap> = Api::all(client.clone());
    let users = ListParams::default().labels("app.kubernetes.io/component=users");
    let targets = all.list_metadata(&users).await.unwrap().items;
    let watched = watcher::Config::default().labels("app.kubernetes.io/component=users");
    let mut changes = watcher(all, watched).applied_objects().boxed();
    let edited = Patch::Merge(json!({"data": {"config.json": "{}"}}));
    let mut times = Vec::new();
    for target in targets.iter().cycle().take(EDITS) {
        let (name, namespace) = (target.name_any(), target.namespace().unwrap());
        let api: Api<ConfigMap> = Api::namespaced(client.clone(), &namespace);
        api.patch(&name, &PatchParams::default(), &edited).await.unwrap();
        let acknowledged = Instant::now();
        loop {
            let change = changes.next().await.unwrap().unwrap();
            let is_it = change.name_any() == name && change.namespace().as_ref() == Some(&namespace);
            let old = change.metadata.resource_version == target.metadata.resource_version;
            if is_it && !old && change.data.unwrap()["config.json"] != "{}" {
                break;
            }
        }
        times.push(acknowledged.elapsed());
    }
    times
}

async fn unrelated(client: &Client) {
    let api: Api<Secret> = Api::namespaced(client.clone(), "default");
    let one = |n: usize| {
        let api = api.clone();
        async move {
            let secret = serde_json::from_value(json!({
                "metadata": {"name": format!("unrelated-{n}"), "labels": {"app.kubernetes.io/managed-by": "Helm"}},
                "stringData": {"content": "x".repeat(1_000)},
            }));
            api.create(&PostParams::default(), &secret.unwrap()).await.unwrap();
        }
    };
    stream::iter(0..SECRETS).for_each_concurrent(16, one).await;
}
