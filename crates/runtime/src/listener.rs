//! One listener: hyper underneath, warp's routes inside, and around them what every request gets — a trace, a time
//! limit, an answer even when a handler panics, metrics. Not generic, so that it is compiled once.

use futures_util::FutureExt;
use http::{HeaderValue, Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use securechat_contracts::{ProblemKind, calls::IDLE_CLOSED};
use securechat_http_kit::{ApiError, RemoteAddress, Route, Template, seal};
use securechat_metrics::{
    GaugeVec, HistogramVec, IntCounterVec, Metrics, UnderWay,
    services::{HTTP_IN_FLIGHT, HTTP_PANICS, HTTP_REQUESTS},
};
use securechat_trace_context::{Kind, TraceContext};
use std::{
    convert::Infallible,
    net::SocketAddr,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::Service as _;
use tracing::{Instrument, Span};
use warp::reply::{Reply, Response};

/// Out of file descriptors or the like: wait a little rather than spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What every request leaves in the metrics.
#[derive(Clone)]
pub(crate) struct Counts {
    requests: HistogramVec,
    in_flight: GaugeVec,
    panics: IntCounterVec,
}

impl Counts {
    pub(crate) fn of(listener: &str, metrics: &Metrics) -> Self {
        let (in_flight, panics) = (metrics.gauge(HTTP_IN_FLIGHT), metrics.counter(HTTP_PANICS));
        in_flight.with_label_values(&[listener]).set(0.0);
        panics.with_label_values(&[listener]).reset();
        Self { requests: metrics.histogram(HTTP_REQUESTS), in_flight, panics }
    }
}

/// The name of the listener of probes and metrics.
pub(crate) const ADMIN: &str = "admin";

/// Everything a listener needs.
#[derive(Clone)]
pub(crate) struct Listener {
    pub(crate) name: &'static str,
    pub(crate) route: Route,
    pub(crate) counts: Counts,
    pub(crate) request_timeout: Duration,
}

impl Listener {
    /// Serves `socket` until `stop`, then finishes what is under way within `drain_timeout`.
    pub(crate) async fn serve(mut self, socket: TcpListener, stop: CancellationToken, drain_timeout: Duration) {
        self.route = seal(self.route);
        let graceful = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, remote)) => self.accept(stream, remote, &graceful),
                Err(error) => {
                    tracing::warn!(listener = self.name, %error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(socket);
        if tokio::time::timeout(drain_timeout, graceful.shutdown()).await.is_err() {
            tracing::warn!(listener = self.name, "requests were cut off: they outlived the drain time");
        }
    }

    fn accept(&self, stream: TcpStream, remote: SocketAddr, graceful: &GracefulShutdown) {
        // Small answers must not wait for an acknowledgement of the one before.
        drop(stream.set_nodelay(true));
        let listener = self.clone();
        let service = service_fn(move |request| {
            let listener = listener.clone();
            async move { Ok::<_, Infallible>(listener.answer(request, remote).await) }
        });
        let mut server = auto::Builder::new(TokioExecutor::new());
        // From the end of an answer to the end of the next request's headers: slow clients are cut off, too.
        server.http1().timer(TokioTimer::new()).header_read_timeout(IDLE_CLOSED);
        let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(error, "connection ended early");
            }
        });
    }

    async fn answer(&self, mut request: Request<Incoming>, remote: SocketAddr) -> Response {
        let began = Instant::now();
        let parent = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
        let trace = TraceContext::after(parent);
        request.extensions_mut().insert(RemoteAddress(remote));
        // Probes and scrapes are no part of anything.
        let told = self.name != ADMIN;
        let span = if told { trace.span(Kind::Server, request.method().as_str()) } else { Span::none() };
        let under_way = UnderWay::begin(&self.counts.in_flight, &[self.name]);
        let mut response = trace.scope(self.guarded(request)).instrument(span.clone()).await;
        drop(under_way);
        if let Ok(id) = HeaderValue::try_from(trace.trace_id()) {
            response.headers_mut().insert("x-request-id", id);
        }
        let route = response.extensions().get::<Template>().map_or("other", |template| template.0);
        let status = response.status();
        span.record("name", route);
        if status.is_server_error() {
            span.record("error", status.as_str());
        }
        let labels = [self.name, route, status.as_str()];
        self.counts.requests.with_label_values(&labels).observe(began.elapsed().as_secs_f64());
        response
    }

    async fn guarded(&self, request: Request<Incoming>) -> Response {
        let work = AssertUnwindSafe(warp::service(self.route.clone()).call(request));
        match tokio::time::timeout(self.request_timeout, work.catch_unwind()).await {
            Ok(Ok(Ok(response))) => response,
            Ok(Err(_)) => {
                tracing::error!("a handler panicked");
                self.counts.panics.with_label_values(&[self.name]).inc();
                ApiError::new(ProblemKind::Internal).into_response()
            }
            Err(_) => ApiError::new(ProblemKind::Timeout).into_response(),
        }
    }
}
