//! A process as its cluster sees it: probes, orderly end, answers whatever a handler does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use securechat_config::Http;
use securechat_http_kit::{ApiError, Json, any_of, respond};
use securechat_runtime::{Check, Process, Running, Service, start};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;
use warp::Filter;

struct Stage {
    running: Running,
    process: Process,
    dependency: Arc<AtomicBool>,
    entered: Arc<Notify>,
    release: Arc<Notify>,
}

impl Stage {
    async fn new(reachable: bool) -> Self {
        let dependency = Arc::new(AtomicBool::new(reachable));
        let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let check = Check::needed("database", &dependency, |up: Arc<AtomicBool>| async move {
            if up.load(Ordering::Relaxed) { Ok(()) } else { Err("refused") }
        });
        let (e, r) = (entered.clone(), release.clone());
        let slow = warp::path!("slow").then(move || {
            let (e, r) = (e.clone(), r.clone());
            respond("GET /slow", async move {
                e.notify_one();
                r.notified().await;
                Ok::<_, ApiError>(Json("done"))
            })
        });
        let panics = warp::path!("panics").then(|| respond("GET /panics", async { panicking() }));
        let public = any_of([slow.boxed(), panics.boxed()]);
        let service = Service { name: "test", public, internal: any_of([]), checks: vec![check] };
        let any = "127.0.0.1:0".parse().unwrap();
        let http =
            Http { public: any, internal: any, admin: any, request_timeout_ms: 60_000, drain_timeout_ms: 10_000 };
        let process = Process::system();
        let running = start(service, process.clone(), &http).await.unwrap();
        Self { running, process, dependency, entered, release }
    }

    async fn admin(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("http://{}{path}", self.running.admin)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn until_ready(&self) {
        while self.admin("/ready").await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[expect(clippy::panic, reason = "the handler that panics")]
fn panicking() -> Result<Json<()>, ApiError> {
    panic!("on purpose")
}

/// Proves: P-09, W-55.
#[tokio::test]
async fn it_is_ready_once_its_dependency_was_reached_and_stays_so_during_an_outage() {
    let stage = Stage::new(false).await;
    assert_eq!(stage.admin("/live").await.0, 200);
    assert_eq!(stage.admin("/ready").await.0, 503);
    stage.dependency.store(true, Ordering::Relaxed);
    stage.until_ready().await;
    stage.dependency.store(false, Ordering::Relaxed);
    assert_eq!(stage.admin("/ready").await.0, 200);
    let (status, body) = stage.admin("/health").await;
    assert_eq!(status, 503);
    assert!(body.contains(r#""name":"database","ok":false,"reason":"refused""#), "{body}");
}

#[tokio::test]
async fn stopping_finishes_what_is_under_way_and_then_ends_background_work() {
    let stage = Stage::new(true).await;
    let ended = Arc::new(AtomicBool::new(false));
    let (stopping, flag) = (stage.process.stopping(), ended.clone());
    stage.process.spawn("relay", async move {
        stopping.cancelled().await;
        flag.store(true, Ordering::Relaxed);
    });
    let call = tokio::spawn(reqwest::get(format!("http://{}/slow", stage.running.public)));
    stage.entered.notified().await;
    let (draining, address) = (stage.process.draining(), stage.running.public);
    let stop = tokio::spawn(stage.running.stop());
    draining.cancelled().await;
    assert!(!ended.load(Ordering::Relaxed), "background work outlives requests");
    stage.release.notify_one();
    assert_eq!(call.await.unwrap().unwrap().status(), 200);
    stop.await.unwrap();
    assert!(ended.load(Ordering::Relaxed));
    assert!(reqwest::get(format!("http://{address}/slow")).await.is_err());
}

#[tokio::test]
async fn a_panicking_handler_is_answered_with_a_problem_and_counted() {
    let stage = Stage::new(true).await;
    let answer = reqwest::get(format!("http://{}/panics", stage.running.public)).await.unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let (_, metrics) = stage.admin("/metrics").await;
    let counted = [
        r#"securechat_http_request_duration_seconds_count{listener="public",route="other",status="500"} 1"#,
        r#"securechat_http_handler_panics_total{listener="public"} 1"#,
        r#"securechat_http_requests_in_flight{listener="public"} 0"#,
        r#"securechat_build_info{service="test",version=""#,
    ];
    for line in counted {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
}

/// Whoever is on call sees which dependency it is.
#[tokio::test]
async fn the_metrics_tell_which_dependency_is_away() {
    let stage = Stage::new(true).await;
    stage.until_ready().await;
    let up = async |value: u8| {
        let (_, metrics) = stage.admin("/metrics").await;
        assert!(metrics.contains("\nsecurechat_ready 1\n"), "{metrics}");
        let line = format!("\nsecurechat_dependency_up{{dependency=\"database\"}} {value}\n");
        assert!(metrics.contains(&line), "{metrics}");
    };
    up(1).await;
    stage.dependency.store(false, Ordering::Relaxed);
    up(0).await;
}

/// Proves: P-06.
#[tokio::test]
async fn a_request_keeps_the_trace_it_came_with() {
    let stage = Stage::new(true).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let request = reqwest::Client::new()
        .get(format!("http://{}/nothing", stage.running.public))
        .header("traceparent", format!("00-{trace}-b7ad6b7169203331-01"));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], trace);
    assert!(answer.text().await.unwrap().contains(&format!("urn:request:{trace}")));
}
