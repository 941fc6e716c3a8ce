//! Following events through a queue of one's own.

use crate::Envelope;
use crate::bus::Bus;
use crate::connection::Link;
use crate::consume::{Queue, distribute, next_link, pause, start, stop_of};
use crate::subscriptions::Delivery;
use crate::topology;
use futures_util::future::BoxFuture;
use lapin::message::Delivery as Message;
use lapin::options::BasicAckOptions;
use securechat_kernel::{IdGenerator, SystemIds};
use std::sync::Arc;
use std::time::Duration;
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
        if let Err(error) = follow(&link, &queue, &rebound, &stop, &session).await {
            tracing::warn!(queue = queue.name, %error, "following was interrupted");
        }
        session.cancel();
        pause(&stop, PAUSE).await;
    }
}

async fn follow(
    link: &Link,
    queue: &Queue,
    rebound: &Rebound,
    stop: &CancellationToken,
    session: &CancellationToken,
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
    let (queue, session) = (queue.clone(), session.clone());
    distribute(messages, &channel, LANES, stop, move |message| {
        let (queue, session) = (queue.clone(), session.clone());
        async move {
            if !session.is_cancelled() {
                process(&queue, message).await;
            }
        }
    })
    .await;
    Ok(())
}

async fn process(queue: &Queue, message: Message) {
    match Envelope::from_json(&message.data) {
        Ok(envelope) => {
            let (type_, id) = (envelope.type_.clone(), envelope.id);
            let delivery = Delivery { redelivered: message.redelivered, tries: 0 };
            if let Err(error) = queue.subscriptions.handle_delivery(Arc::new(envelope), delivery).await {
                tracing::error!(queue = queue.name, type_, %id, error = error.describe(), "a followed event failed");
            }
        }
        Err(error) => tracing::error!(queue = queue.name, %error, "a followed message is no event"),
    }
    let _ = message.acker.ack(BasicAckOptions::default()).await;
}
