use crate::harness::{Process, World, until};
use securechat_operator_controller::metrics::declared;
use std::path::Path;

/// What an operator on call looks at, read as Prometheus reads it.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_tell_of_resources_children_conditions_requests_and_watches() {
    let world = World::without_operator("metrics").await;
    let _played = world.play();
    world.apply("version: 0.1.0");
    let args = ["--identity", "one", "--namespace", "metrics", "--lease-namespace", "metrics"];
    let program = Path::new(env!("CARGO_BIN_EXE_securechat-operator"));
    let operator = Process::start(program, &world.server.operator_kubeconfig(), &args);
    world.until_ready().await;
    let ready = "securechat_operator_condition{namespace=\"metrics\",name=\"acme\",type=\"Ready\",status=\"True\",\
                 reason=\"AllServing\"} 1";
    let text = until("the condition is told", || {
        let text = operator.get("/metrics").unwrap_or_default();
        async move { if text.contains(ready) { Ok(text) } else { Err(text) } }
    })
    .await;
    // No watch broke and no collector is named.
    let silent = ["securechat_operator_watch_errors_total", "securechat_operator_trace_steps_total"];
    for metric in declared::ALL.iter().filter(|metric| !silent.contains(&metric.name)) {
        let told = format!("# HELP {} {}\n# TYPE {} {}\n", metric.name, metric.help, metric.name, metric.kind);
        assert!(text.contains(&told), "{told} in {text}");
    }
    let least = [
        ("securechat_operator_resources", 1.0),
        ("securechat_operator_children", 50.0),
        ("securechat_operator_leader", 1.0),
        ("securechat_operator_writes_total{action=\"apply\",kind=\"Deployment\"}", 8.0),
        ("securechat_operator_api_request_duration_seconds_count{outcome=\"200\",verb=\"watch\"}", 14.0),
        ("securechat_operator_watch_lists_total", 14.0),
    ];
    for (series, least) in least {
        let found = operator.metric(series);
        assert!(found >= least, "{series} is {found} in {text}");
    }
}
