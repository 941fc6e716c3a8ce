//! The admin listener: probes and metrics, for the cluster and never for the edge.

use crate::{Health, Metrics};
use http::StatusCode;
use securechat_http_kit::{Json, Route, any_of};
use warp::{Filter, reply::Reply};

pub(crate) fn routes(health: &Health, metrics: &Metrics) -> Route {
    any_of([live(), ready(health), full(health), text(metrics)])
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

fn text(metrics: &Metrics) -> Route {
    let metrics = metrics.clone();
    warp::path!("metrics")
        .and(warp::get())
        .map(move || {
            warp::reply::with_header(metrics.text(), "content-type", "text/plain; version=0.0.4").into_response()
        })
        .boxed()
}
