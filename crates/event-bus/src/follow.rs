//! Following events through a queue of one's own.

use crate::Envelope;
use crate::bus::Bus;
use crate::connection::Link;
use crate::consume::{Queue, distribute, next_link, pause, start, stop_of};
use crate::counts::{Counts, NO_TYPE};
use crate::subscriptions::Delivery;
use crate::topology;
use futures_util::future::BoxFuture;
use lapin::message::Delivery as Message;
use lapin::options::BasicAckOptions;
use securechat_kernel::{IdGenerator, SystemIds};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Called after every (re)bind.
pub(crate) type Rebound = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

const PAUSE: Duration = Duration::from_millis(200);
/// Enough in advance that a busy replica never waits for the network.
const LANES: usize = 32;

/// Follows until `stop`, over any number of connections.
pub(crate) async fn run(bus: Bus, queue: Queue, rebound: Rebound, stop: CancellationToken) {
    while let Some(link) = next_link(&bus, &stop).await {
        let session = stop_of(&link);
        if let Err(error) = follow(&bus.counts, &link, &queue, &rebound, (&stop, &session)).await {
            tracing::warn!(queue = queue.name, %error, "following was interrupted");
        }
        session.cancel();
        pause(&stop, PAUSE).await;
    }
}

async fn follow(
    counts: &Counts,
    link: &Link,
    queue: &Queue,
    rebound: &Rebound,
    (stop, session): (&CancellationToken, &CancellationToken),
) -> lapin::Result<()> {
    let channel = link.connection.create_channel().await?;
    // Under the old name a queue might still hold, or already have lost, what the dead connection had taken.
    let name = format!("{}.{}", queue.name, SystemIds.uuid_v7().simple());
    let types: Vec<String> = queue.subscriptions.types().map(str::to_owned).collect();
    topology::declare_exclusive(&channel, &name, &types).await?;
    tokio::select! {
        () = stop.cancelled() => return Ok(()),
        () = session.cancelled() => return Ok(()),
        () = rebound() => {}
    }
    let messages = start(&channel, &name, LANES).await?;
    let (counts, queue, session) = (counts.clone(), queue.clone(), session.clone());
    distribute(messages, &channel, LANES, stop, move |message| {
        let (counts, queue, session) = (counts.clone(), queue.clone(), session.clone());
        async move {
            if !session.is_cancelled() {
                process(&counts, &queue, message).await;
            }
        }
    })
    .await;
    Ok(())
}

async fn process(counts: &Counts, queue: &Queue, message: Message) {
    let (type_, outcome) = match Envelope::from_json(&message.data) {
        Ok(envelope) => {
            let (type_, id) = (envelope.type_.clone(), envelope.id);
            let delivery = Delivery { redelivered: message.redelivered, tries: 0 };
            counts.begun(&queue.name, &envelope);
            let began = Instant::now();
            let handled = queue.subscriptions.handle_delivery(Arc::new(envelope), delivery).await;
            counts.took(&queue.name, &type_, began.elapsed());
            match handled {
                Ok(()) => (type_, "done"),
                Err(error) => {
                    let error = error.describe();
                    tracing::error!(queue = queue.name, type_, %id, error, "a followed event failed");
                    (type_, "dropped")
                }
            }
        }
        Err(error) => {
            tracing::error!(queue = queue.name, %error, "a followed message is no event");
            (NO_TYPE.to_owned(), "dropped")
        }
    };
    counts.handled(&queue.name, &type_, outcome);
    let _ = message.acker.ack(BasicAckOptions::default()).await;
}
