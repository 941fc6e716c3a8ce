//! Starting and stopping.

use crate::{
    Health, Process, Service, StartError, admin,
    listener::{ADMIN, Counts, Listener},
};
use securechat_config::Http;
use securechat_http_kit::Route;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// A probe or a scrape may take so long.
const ADMIN_TIMEOUT: Duration = Duration::from_secs(5);

/// A started service.
pub struct Running {
    /// Where the public listener is.
    pub public: SocketAddr,
    /// Where the internal listener is.
    pub internal: SocketAddr,
    /// Where the admin listener is.
    pub admin: SocketAddr,
    /// Its state.
    pub health: Health,
    name: &'static str,
    process: Process,
    listeners_stop: CancellationToken,
    listeners: tokio_util::task::TaskTracker,
    admin_stop: CancellationToken,
    drain_timeout: Duration,
}

/// An address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("{service} cannot listen on {address} ({which}): {source}")]
struct CannotListen {
    service: &'static str,
    which: &'static str,
    address: SocketAddr,
    source: std::io::Error,
}

/// Opens the listeners of `service` and returns while it runs.
///
/// # Errors
/// An address cannot be listened on.
pub async fn start(service: Service, process: Process, config: &Http) -> Result<Running, StartError> {
    let health = Health::new(service.checks);
    let bind = async |which, address| {
        let failed = |source| CannotListen { service: service.name, which, address, source };
        TcpListener::bind(address).await.map_err(failed)
    };
    let public = bind("public", config.public).await?;
    let internal = bind("internal", config.internal).await?;
    let admin = bind("admin", config.admin).await?;
    let request_timeout = Duration::from_millis(config.request_timeout_ms);
    let running = Running {
        public: public.local_addr()?,
        internal: internal.local_addr()?,
        admin: admin.local_addr()?,
        health: health.clone(),
        name: service.name,
        process: process.clone(),
        listeners_stop: CancellationToken::new(),
        listeners: tokio_util::task::TaskTracker::new(),
        admin_stop: CancellationToken::new(),
        drain_timeout: Duration::from_millis(config.drain_timeout_ms),
    };
    running.listen("public", service.public, public, request_timeout);
    running.listen("internal", service.internal, internal, request_timeout);
    let admin_routes = admin::routes(service.name, &health, &process.metrics);
    let admin_listener = Listener {
        name: ADMIN,
        route: admin_routes,
        counts: Counts::of(ADMIN, &process.metrics),
        request_timeout: ADMIN_TIMEOUT,
    };
    process.spawn("admin", admin_listener.serve(admin, running.admin_stop.clone(), Duration::from_secs(1)));
    process.spawn_until_stopped("readiness", health.until_ready());
    tracing::info!(service = running.name, public = %running.public, internal = %running.internal, admin = %running.admin, "listening");
    Ok(running)
}

impl Running {
    fn listen(&self, name: &'static str, route: Route, socket: TcpListener, request_timeout: Duration) {
        let listener = Listener { name, route, counts: Counts::of(name, &self.process.metrics), request_timeout };
        self.listeners.spawn(listener.serve(socket, self.listeners_stop.clone(), self.drain_timeout));
    }

    /// Stops in the fixed order; returns when all has ended or the drain time is over twice.
    pub async fn stop(self) {
        tracing::info!(service = self.name, "draining");
        self.health.drain();
        self.process.draining().cancel();
        self.listeners_stop.cancel();
        self.listeners.close();
        self.listeners.wait().await;
        self.process.stopping().cancel();
        self.admin_stop.cancel();
        self.process.tasks().close();
        if tokio::time::timeout(self.drain_timeout, self.process.tasks().wait()).await.is_err() {
            tracing::warn!(service = self.name, "background work was cut off: it outlived the drain time");
        }
        tracing::info!(service = self.name, "stopped");
    }
}

/// Runs `service` until SIGTERM or SIGINT, then stops it.
///
/// # Errors
/// An address cannot be listened on.
pub async fn run(service: Service, process: Process, config: &Http) -> Result<(), StartError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let running = start(service, process, config).await?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(())
}
