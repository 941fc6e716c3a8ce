//! Consuming a service's durable queue.

use crate::Envelope;
use crate::bus::Bus;
use crate::connection::Link;
use crate::counts::{Counts, NO_TYPE};
use crate::settle::Settler;
use crate::subscriptions::{Delivery, HandlerError, Subscriptions, poison};
use futures_util::StreamExt;
use lapin::message::Delivery as Message;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer as Messages};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// A queue and who handles what arrives in it.
#[derive(Clone)]
pub(crate) struct Queue {
    pub(crate) name: String,
    pub(crate) subscriptions: Arc<Subscriptions>,
}

/// Consumes until `stop`, over any number of connections.
pub(crate) async fn run(bus: Bus, queue: Queue, stop: CancellationToken) {
    while let Some(link) = next_link(&bus, &stop).await {
        let session = stop_of(&link);
        if let Err(error) = consume(&bus, &link, &queue, &stop, &session).await {
            tracing::warn!(queue = queue.name, %error, "consuming was interrupted");
            // Somebody may have deleted the queue: a new connection declares it again.
            link.lost.cancel();
        }
        session.cancel();
        pause(&stop, PAUSE_FIRST).await;
    }
}

/// The present or next connection; none when stopped.
pub(crate) async fn next_link(bus: &Bus, stop: &CancellationToken) -> Option<Link> {
    let mut links = bus.link.clone();
    let live = |link: &Option<Link>| link.as_ref().is_some_and(|link| !link.lost.is_cancelled());
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        link = links.wait_for(live) => link.ok()?.clone(),
    }
}

/// A token for one use of the link.
pub(crate) fn stop_of(link: &Link) -> CancellationToken {
    link.lost.child_token()
}

pub(crate) async fn pause(stop: &CancellationToken, time: Duration) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(time) => {}
    }
}

async fn consume(
    bus: &Bus,
    link: &Link,
    queue: &Queue,
    stop: &CancellationToken,
    session: &CancellationToken,
) -> lapin::Result<()> {
    let channel = link.connection.create_channel().await?;
    let lanes = bus.options.concurrency.max(1);
    let messages = start(&channel, &queue.name, lanes).await?;
    let settler = Settler::new(link.publisher.clone(), queue.name.clone(), &bus.options);
    let (counts, stop_worker) = (bus.counts.clone(), stop.clone());
    let worker = Worker { queue: queue.clone(), counts, settler, stop: stop_worker, session: session.clone() };
    distribute(messages, &channel, lanes, stop, move |message| {
        let worker = worker.clone();
        async move { worker.process(message).await }
    })
    .await;
    Ok(())
}

/// Begins to consume. Few messages are taken in advance: when a consumer dies, each of them counts as tried.
pub(crate) async fn start(channel: &Channel, queue: &str, lanes: usize) -> lapin::Result<Messages> {
    let prefetch = u16::try_from(lanes * 2).unwrap_or(u16::MAX);
    channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
    let (options, none) = (BasicConsumeOptions::default(), FieldTable::default());
    channel.basic_consume(queue.into(), "".into(), options, none).await
}

/// Hands messages to lanes, those of one subject always to the same, until the stream ends or `stop`; then waits until
/// what was taken is processed.
pub(crate) async fn distribute<F, R>(
    mut messages: Messages,
    channel: &Channel,
    lanes: usize,
    stop: &CancellationToken,
    process: F,
) where
    F: Fn(Message) -> R + Clone + Send + 'static,
    R: Future<Output = ()> + Send,
{
    let mut tasks = JoinSet::new();
    let senders: Vec<_> = (0..lanes)
        .map(|_| {
            let (sender, mut lane) = mpsc::unbounded_channel();
            let process = process.clone();
            tasks.spawn(async move {
                while let Some(message) = lane.recv().await {
                    process(message).await;
                }
            });
            sender
        })
        .collect();
    let tag = messages.tag();
    loop {
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            next = messages.next() => next,
        };
        let Some(Ok(message)) = next else { break };
        let _ = senders[lane_of(&message, lanes)].send(message);
    }
    let _ = channel.basic_cancel(tag, BasicCancelOptions::default()).await;
    drop(senders);
    while tasks.join_next().await.is_some() {}
    let _ = channel.close(200, "done".into()).await;
}

/// By subject; what is no envelope goes anywhere.
fn lane_of(message: &Message, lanes: usize) -> usize {
    #[derive(serde::Deserialize)]
    struct Subject<'s> {
        #[serde(borrow)]
        subject: std::borrow::Cow<'s, str>,
    }
    let mut hasher = DefaultHasher::new();
    if let Ok(envelope) = serde_json::from_slice::<Subject<'_>>(&message.data) {
        envelope.subject.hash(&mut hasher);
    }
    usize::try_from(hasher.finish() % lanes as u64).unwrap_or(0)
}

#[derive(Clone)]
struct Worker {
    queue: Queue,
    counts: Counts,
    settler: Settler,
    stop: CancellationToken,
    session: CancellationToken,
}

impl Worker {
    /// Handles one message and tells the broker what became of it. When the connection is lost meanwhile the message
    /// comes again.
    async fn process(&self, message: Message) {
        if self.session.is_cancelled() {
            return;
        }
        let tries = self.settler.tries(&message);
        let (type_, outcome) = match Envelope::from_json(&message.data) {
            Ok(envelope) => {
                let delivery = Delivery { redelivered: message.redelivered || tries > 0, tries };
                (envelope.type_.clone(), self.handle(Arc::new(envelope), delivery).await)
            }
            Err(error) => (NO_TYPE.to_owned(), Some(Err(poison(error)))),
        };
        let Some(outcome) = outcome else { return };
        match self.settler.settle(&message, tries, outcome).await {
            Ok(became) => self.counts.handled(&self.queue.name, &type_, became),
            Err(error) => {
                tracing::warn!(queue = self.queue.name, %error, "the broker did not hear what became of an event");
            }
        }
    }

    /// Handles it, as often as needed while something it needs is away; none when that takes longer than the connection.
    async fn handle(&self, envelope: Arc<Envelope>, delivery: Delivery) -> Option<Result<(), HandlerError>> {
        let mut wait = PAUSE_FIRST;
        self.counts.begun(&self.queue.name, &envelope);
        loop {
            let began = Instant::now();
            let handled = self.queue.subscriptions.handle_delivery(envelope.clone(), delivery).await;
            self.counts.took(&self.queue.name, &envelope.type_, began.elapsed());
            match handled {
                Err(HandlerError::Unavailable(error)) => {
                    self.counts.handled(&self.queue.name, &envelope.type_, "waits");
                    tracing::warn!(type_ = envelope.type_, id = %envelope.id, %error, "an event waits for what it needs");
                    pause(&self.stop, wait).await;
                    if self.stop.is_cancelled() || self.session.is_cancelled() {
                        return None;
                    }
                    wait = (wait * 2).min(PAUSE_MAX);
                }
                result => return Some(result),
            }
        }
    }
}
