//! The service's parts, wired, and their background work.

use crate::{
    chats::Chats,
    hub::MessagingHub,
    metrics,
    person::Person,
    reporting::{self, Reporter},
    routing::{self, Routing},
    store::Store,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use securechat_auth_verify::{ClientCredentials, Jwks, Peer, Verifier, client};
use securechat_config::Messaging;
use securechat_contracts::{Event, ServiceName};
use securechat_event_bus::{Bus, Envelope, Options};
use securechat_kernel::{ClockRef, EventId, IdGeneratorRef};
use securechat_metrics::{HistogramVec, services::HUB_CALLS};
use securechat_runtime::{Check, Process, StartError};
use securechat_signalr::{Connections, Server, Settings, TokenKey};
use std::{future::ready, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long a drain takes for each connection it sends away, unless that takes too long for all: the replicas that stay
/// greet them one after the other, and those who are there already hardly notice.
const DRAIN_A_CONNECTION: Duration = Duration::from_millis(100);

/// What calls and events need. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) verifier: Verifier,
    pub(crate) chats: Chats,
    pub(crate) routing: Routing,
    pub(crate) reporter: Reporter,
    pub(crate) clock: ClockRef,
    pub(crate) calls: HistogramVec,
    bus: Bus,
    ids: IdGeneratorRef,
}

impl App {
    /// Publishes something that may get lost.
    pub(crate) async fn hint<E: Event>(&self, event: &E) {
        let id = EventId(self.ids.uuid_v7());
        match Envelope::new(event, id, ServiceName::Messaging, self.clock.now()) {
            Ok(envelope) => self.bus.hint(&envelope).await,
            Err(error) => tracing::error!(%error, "a hint cannot be written"),
        }
    }
}

/// The whole service.
pub(crate) struct Parts {
    pub(crate) server: Server<MessagingHub>,
    app: App,
    connections: Connections<Person>,
    store: Store,
    bus: Bus,
    asked: routing::Asked,
    heartbeat: Duration,
    drain: Duration,
}

impl Parts {
    pub(crate) fn new(config: &Messaging, process: &Process) -> Result<Self, StartError> {
        let http = client()?;
        let jwks = Jwks::new(&config.tokens, http.clone());
        let tokens = Arc::new(ClientCredentials::new(ServiceName::Messaging, &config.identity, http.clone()));
        let connections = Connections::new();
        let bus = Bus::start(
            config.broker.clone(),
            Options { metrics: process.metrics.clone(), ..Options::named("messaging") },
        );
        let (clock, ids) = (process.clock.clone(), process.ids.clone());
        let (routing, asked) = Routing::new(connections.clone());
        let app = App {
            verifier: Verifier::new(ServiceName::Messaging, &config.tokens, jwks, clock.clone()),
            chats: Chats(Peer::new(ServiceName::Chats, &config.chats, http, tokens)),
            routing,
            reporter: Reporter::new(
                connections.clone(),
                Arc::new(bus.clone()),
                bus.connected(),
                clock.clone(),
                ids.clone(),
            ),
            calls: process.metrics.histogram(HUB_CALLS),
            bus: bus.clone(),
            ids,
            clock,
        };
        let pool = securechat_db::pool(&config.database)?;
        securechat_db::observe(&pool, &process.metrics);
        metrics::observe(&process.metrics, &connections);
        let settings = settings(config, process)?;
        Ok(Self {
            server: Server::new(Arc::new(MessagingHub(app.clone())), connections.clone(), settings),
            app,
            connections,
            store: Store::new(pool),
            bus,
            asked,
            heartbeat: Duration::from_secs(config.heartbeat_seconds),
            drain: Duration::from_millis(config.http.drain_timeout_ms),
        })
    }

    pub(crate) fn checks(&self) -> Vec<Check> {
        vec![
            Check::needed("database", &self.store, |store| async move { store.ping().await }),
            Check::needed("token-keys", self.app.verifier.jwks(), |jwks| async move { jwks.state().await }),
            Check::needed("replica-number", &self.app.reporter, |reporter| async move { reporter.state() }),
            Check::reported("broker", &self.bus, |bus| async move { bus.state() }),
        ]
    }

    /// Starts the background work.
    pub(crate) fn start(self, process: &Process) {
        let App { verifier, chats, routing, reporter, .. } = self.app;
        process.spawn_until_stopped("token keys", verifier.jwks().clone().keep_fresh());
        process.spawn_until_stopped("replica number", reporter.clone().incarnate(self.store));
        process.spawn_until_stopped("heartbeat", self.server.heartbeat());
        process.spawn_until_stopped("loading", routing::run_loading(routing.clone(), chats, self.asked));
        process.spawn_until_stopped("order", routing.clone().keep_order());
        let rebound = routing.clone();
        let follower =
            self.bus.follow("messaging", routing::subscriptions(&routing, &reporter, &verifier), move || {
                rebound.rebound();
                ready(())
            });
        let (connections, bus, drain, heartbeat) = (self.connections, self.bus, self.drain, self.heartbeat);
        let (draining, stopping) = (process.draining(), process.stopping());
        process.spawn("connections", async move {
            let ended = CancellationToken::new();
            let reporting = tokio::spawn(reporting::run(reporter, heartbeat, ended.clone()));
            draining.cancelled().await;
            // Pushes go on reaching those that are still here.
            let count = u32::try_from(connections.count()).unwrap_or(u32::MAX);
            let left = connections.drain((DRAIN_A_CONNECTION * count).min(drain / 2), drain / 4).await;
            tracing::info!(connections = count, left, "connections were sent away");
            follower.stop().await;
            ended.cancel();
            let _ = reporting.await;
            stopping.cancelled().await;
            bus.stop();
        });
    }
}

fn settings(config: &Messaging, process: &Process) -> Result<Settings, StartError> {
    let file = &config.connection_token_key_file;
    let secret = STANDARD.decode(file.read()?.trim()).ok();
    let key = secret
        .and_then(|secret| TokenKey::new(&secret))
        .ok_or_else(|| format!("{} does not hold 32 bytes as base64", file.path().display()))?;
    Ok(Settings {
        ping_interval: Duration::from_secs(config.ping_seconds),
        client_timeout: Duration::from_secs(config.client_timeout_seconds),
        ..Settings::new(key, process.clock.clone(), process.ids.clone())
    })
}
