//! The admin listener: probes and metrics, for the cluster and never for the edge.

use crate::{Health, Metrics};
use http::StatusCode;
use securechat_http_kit::{Json, Route, any_of};
use securechat_metrics::{
    GaugeVec, NO_LABELS,
    services::{BUILD_INFO, DEPENDENCY_UP, READY},
};
use warp::{Filter, reply::Reply};

pub(crate) fn routes(service: &str, health: &Health, metrics: &Metrics) -> Route {
    any_of([live(), ready(health), full(health), text(service, health, metrics)])
}

fn live() -> Route {
    warp::path!("live").and(warp::get()).map(|| "live\n".into_response()).boxed()
}

fn ready(health: &Health) -> Route {
    let health = health.clone();
    warp::path!("ready")
        .and(warp::get())
        .map(move || {
            if health.is_ready() {
                return "ready\n".into_response();
            }
            warp::reply::with_status("not ready\n", StatusCode::SERVICE_UNAVAILABLE).into_response()
        })
        .boxed()
}

fn full(health: &Health) -> Route {
    let health = health.clone();
    warp::path!("health")
        .and(warp::get())
        .then(move || {
            let health = health.clone();
            async move {
                let report = health.report().await;
                let status = if report.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
                warp::reply::with_status(Json(report), status).into_response()
            }
        })
        .boxed()
}

fn text(service: &str, health: &Health, metrics: &Metrics) -> Route {
    metrics.gauge(BUILD_INFO).with_label_values(&[service, env!("CARGO_PKG_VERSION")]).set(1.0);
    let (health, metrics) = (health.clone(), metrics.clone());
    warp::path!("metrics")
        .and(warp::get())
        .then(move || {
            let (health, metrics) = (health.clone(), metrics.clone());
            async move {
                measure(&health, &metrics.gauge(READY), &metrics.gauge(DEPENDENCY_UP)).await;
                warp::reply::with_header(metrics.text(), "content-type", "text/plain; version=0.0.4").into_response()
            }
        })
        .boxed()
}

/// Dependencies are asked by whoever reads: what nobody reads need not be known.
async fn measure(health: &Health, ready: &GaugeVec, up: &GaugeVec) {
    for check in health.report().await.checks {
        up.with_label_values(&[check.name]).set(f64::from(check.ok));
    }
    ready.with_label_values(NO_LABELS).set(f64::from(health.is_ready()));
}
