//! The bus: what services hold.

use crate::connection::{Link, supervise};
use crate::consume::{self, Queue};
use crate::counts::Counts;
use crate::follow::{self, Rebound};
use crate::topology::{DurableQueue, EXCHANGE, durable_queues};
use crate::{Envelope, Publish, PublishError, Subscriptions};
use async_trait::async_trait;
use futures_util::FutureExt;
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Confirmation, PublisherConfirm};
use securechat_config::Broker;
use securechat_metrics::services::BROKER_CONNECTED;
use securechat_metrics::{Metrics, NO_LABELS};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How a bus behaves. The defaults are right for services; tests shorten the times.
#[derive(Debug, Clone)]
pub struct Options {
    /// Name of the connection on the broker's pages.
    pub name: String,
    /// The durable queues that must exist before anything is published.
    pub queues: Vec<DurableQueue>,
    /// How long a publish waits for the broker's confirm.
    pub confirm_timeout: Duration,
    /// How long a failed event rests before it is tried again.
    pub retry_delay: Duration,
    /// How often an event is tried before it is parked.
    pub tries_max: u32,
    /// How many events a consumer handles at the same time; those of one subject never.
    pub concurrency: usize,
    /// Where events are counted.
    pub metrics: Metrics,
}

impl Options {
    /// The defaults, under a name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            queues: durable_queues(),
            confirm_timeout: Duration::from_secs(5),
            retry_delay: Duration::from_secs(5),
            tries_max: 5,
            concurrency: 8,
            metrics: Metrics::default(),
        }
    }
}

/// A process's connection to the broker. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    pub(crate) link: watch::Receiver<Option<Link>>,
    pub(crate) options: Arc<Options>,
    pub(crate) counts: Counts,
    connected: watch::Receiver<bool>,
    stop: CancellationToken,
}

impl Bus {
    /// Starts connecting in the background; never fails and never waits.
    pub fn start(config: Broker, options: Options) -> Self {
        let (link_sender, link) = watch::channel(None);
        let (connected_sender, connected) = watch::channel(false);
        let stop = CancellationToken::new();
        let (told, gauge) = (connected.clone(), options.metrics.gauge(BROKER_CONNECTED));
        options.metrics.measure(move || gauge.with_label_values(NO_LABELS).set(f64::from(*told.borrow())));
        let counts = Counts::of(&options.metrics);
        tokio::spawn(supervise(config, options.clone(), link_sender, connected_sender, stop.clone()));
        Self { link, options: Arc::new(options), counts, connected, stop }
    }

    /// Whether there is a connection now, and word of every change.
    pub fn connected(&self) -> watch::Receiver<bool> {
        self.connected.clone()
    }

    /// Whether there is a connection now.
    ///
    /// # Errors
    /// [`PublishError::Away`]
    pub fn state(&self) -> Result<(), PublishError> {
        if *self.connected.borrow() { Ok(()) } else { Err(PublishError::Away) }
    }

    /// Publishes something that may get lost, without waiting for anything.
    pub async fn hint(&self, envelope: &Envelope) {
        let Some(link) = self.link.borrow().clone() else { return };
        let Ok(body) = envelope.to_json() else { return };
        let properties = properties(envelope).with_delivery_mode(1);
        let options = BasicPublishOptions::default();
        let sent =
            link.hints.basic_publish(EXCHANGE.into(), envelope.type_.as_str().into(), options, &body, properties);
        if let Err(error) = sent.await {
            tracing::debug!(%error, "a hint was not sent");
        }
    }

    /// Handles what arrives in the durable queue `queue` until stopped. The queue must be one of [`Options::queues`] and
    /// bound to every type that has a handler: what is not bound would never come.
    pub fn consume(&self, queue: impl Into<String>, subscriptions: Subscriptions) -> Consumer {
        let queue = Queue { name: queue.into(), subscriptions: Arc::new(subscriptions) };
        let bound = |type_: &str| {
            let mut queues = self.options.queues.iter().filter(|declared| declared.name == queue.name);
            queues.any(|declared| declared.types.iter().any(|bound| bound == type_))
        };
        let unbound = queue.subscriptions.types().find(|type_| !bound(type_));
        debug_assert_eq!(unbound, None, "the queue {} is not bound to a type that has a handler", queue.name);
        Consumer::spawn(|stop| consume::run(self.clone(), queue, stop))
    }

    /// Follows events through a queue of this process alone. The queue has a fresh name (beginning with `name`) after
    /// every (re)connect; `on_rebound` runs when it is bound and before anything is taken from it: what was published
    /// before that is lost to this process, which now must load the present state. Handlers that fail are logged, the
    /// event is gone.
    pub fn follow<F, R>(&self, name: impl Into<String>, subscriptions: Subscriptions, on_rebound: F) -> Consumer
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let queue = Queue { name: name.into(), subscriptions: Arc::new(subscriptions) };
        let rebound: Rebound = Arc::new(move || on_rebound().boxed());
        Consumer::spawn(|stop| follow::run(self.clone(), queue, rebound, stop))
    }

    /// Closes the connection. Stop consumers first.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

#[async_trait]
impl Publish for Bus {
    async fn publish(&self, envelopes: &[Envelope]) -> Vec<Result<(), PublishError>> {
        let Some(link) = self.link.borrow().clone() else {
            for envelope in envelopes {
                self.counts.published(&envelope.type_, false);
            }
            return envelopes.iter().map(|_| Err(PublishError::Away)).collect();
        };
        // All are sent before the first confirm is awaited: one channel keeps their order.
        let deadline = Instant::now() + self.options.confirm_timeout;
        let mut sent = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            sent.push(send(&link, envelope, deadline).await);
        }
        let mut results = Vec::with_capacity(sent.len());
        for confirm in sent {
            results.push(match confirm {
                Ok(confirm) => confirmed(confirm, deadline).await,
                Err(error) => Err(error),
            });
        }
        for (envelope, result) in envelopes.iter().zip(&results) {
            self.counts.published(&envelope.type_, result.is_ok());
        }
        if results.iter().any(Result::is_err) && !link.publisher.status().connected() {
            link.lost.cancel();
        }
        results
    }
}

async fn send(link: &Link, envelope: &Envelope, deadline: Instant) -> Result<PublisherConfirm, PublishError> {
    let body = envelope.to_json().map_err(|error| PublishError::Refused(error.to_string()))?;
    let (key, options) = (envelope.type_.as_str().into(), BasicPublishOptions::default());
    let sent = link.publisher.basic_publish(EXCHANGE.into(), key, options, &body, properties(envelope));
    written(sent, deadline).await
}

/// Waits until a message is on its way: a broker short of memory stops reading.
pub(crate) async fn written(
    sent: impl Future<Output = lapin::Result<PublisherConfirm>>,
    deadline: Instant,
) -> Result<PublisherConfirm, PublishError> {
    match tokio::time::timeout_at(deadline, sent).await {
        Err(_) => Err(PublishError::Unconfirmed),
        Ok(sent) => sent.map_err(|error| PublishError::Refused(error.to_string())),
    }
}

/// Waits for the broker's word on one message.
pub(crate) async fn confirmed(confirm: PublisherConfirm, deadline: Instant) -> Result<(), PublishError> {
    match tokio::time::timeout_at(deadline, confirm).await {
        Err(_) => Err(PublishError::Unconfirmed),
        Ok(Err(error)) => Err(PublishError::Refused(error.to_string())),
        Ok(Ok(Confirmation::Ack(None))) => Ok(()),
        Ok(Ok(Confirmation::Ack(Some(_)))) => Err(PublishError::Refused("no queue takes it".to_owned())),
        Ok(Ok(Confirmation::Nack(_) | Confirmation::NotRequested)) => Err(PublishError::Refused("refused".to_owned())),
    }
}

fn properties(envelope: &Envelope) -> BasicProperties {
    BasicProperties::default()
        .with_content_type("application/cloudevents+json".into())
        .with_message_id(envelope.id.to_string().into())
        .with_type(envelope.type_.as_str().into())
        .with_delivery_mode(2)
}

/// A running consumer. Dropping it leaves it running until the process ends.
pub struct Consumer {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Consumer {
    fn spawn<R: Future<Output = ()> + Send + 'static>(run: impl FnOnce(CancellationToken) -> R) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(stop.clone()));
        Self { stop, task }
    }

    /// Takes no more events and waits until those in hand are handled.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = self.task.await;
    }
}
