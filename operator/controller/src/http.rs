//! Probes and metrics.

use crate::metrics::Metrics;
use crate::watch::{Listed, WATCHES};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;

/// A watch that showed no sign of life for so long cannot be mended from within.
const STALE: Duration = Duration::from_mins(5);

/// Answers for ever.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>, listed: Receiver<Listed>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: the next one may be accepted.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (metrics, listed) = (Arc::clone(&metrics), listed.clone());
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let answer = answer(&request, &metrics, &listed);
                async { Ok::<_, Infallible>(answer) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .header_read_timeout(None)
                .serve_connection(TokioIo::new(stream), answer);
            let _ = tokio::time::timeout(Duration::from_mins(1), connection).await;
        });
    }
}

fn answer(request: &Request<Incoming>, metrics: &Metrics, listed: &Receiver<Listed>) -> Response<Full<Bytes>> {
    let (status, text) = match request.uri().path() {
        "/live" => match metrics.stale(STALE) {
            stale if stale.is_empty() => (StatusCode::OK, "live\n".to_owned()),
            stale => (StatusCode::SERVICE_UNAVAILABLE, format!("silent watches: {}\n", stale.join(", "))),
        },
        "/ready" => match listed.borrow().len() {
            WATCHES => (StatusCode::OK, "ready\n".to_owned()),
            some => (StatusCode::SERVICE_UNAVAILABLE, format!("{some} of {WATCHES} kinds listed\n")),
        },
        "/metrics" => (StatusCode::OK, metrics.text()),
        _ => (StatusCode::NOT_FOUND, "/live, /ready, /metrics\n".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response
}
