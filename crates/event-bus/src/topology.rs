//! Exchange and queues. Correct under the rules of RabbitMQ 3.10 and 4.x alike: quorum queues, an explicit delivery limit
//! (3.10 has none by itself), dead-lettering that waits for the target's confirm.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind, Result};
use securechat_contracts::subscriptions::SUBSCRIPTIONS;

/// The one exchange.
pub const EXCHANGE: &str = "securechat.events";

/// An event that was given back so often (its consumer died over it) goes to the dead queue.
const DELIVERY_LIMIT: i64 = 20;

/// A service's queue and what is bound to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurableQueue {
    /// Its name.
    pub name: String,
    /// The event types.
    pub types: Vec<String>,
}

/// The durable queues of the product, from the contracts.
pub fn durable_queues() -> Vec<DurableQueue> {
    let queue = |s: &securechat_contracts::subscriptions::Subscription| DurableQueue {
        name: s.consumer.to_string(),
        types: s.types.iter().map(|&t| t.to_owned()).collect(),
    };
    SUBSCRIPTIONS.iter().map(queue).collect()
}

pub(crate) fn retry_queue(queue: &str) -> String {
    format!("{queue}.retry")
}

pub(crate) fn dead_queue(queue: &str) -> String {
    format!("{queue}.dead")
}

/// Declares the exchange and every queue with its bindings.
pub(crate) async fn declare(channel: &Channel, queues: &[DurableQueue]) -> Result<()> {
    let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    channel.exchange_declare(EXCHANGE.into(), ExchangeKind::Topic, durable, FieldTable::default()).await?;
    for queue in queues {
        let (name, retry, dead) = (queue.name.as_str(), retry_queue(&queue.name), dead_queue(&queue.name));
        declare_queue(channel, &dead, FieldTable::default()).await?;
        declare_queue(channel, &retry, dead_letter_to(name)).await?;
        let mut arguments = dead_letter_to(&dead);
        arguments.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(DELIVERY_LIMIT));
        declare_queue(channel, name, arguments).await?;
        for type_ in &queue.types {
            bind(channel, name, type_).await?;
        }
    }
    Ok(())
}

async fn declare_queue(channel: &Channel, name: &str, mut arguments: FieldTable) -> Result<()> {
    arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(name.into(), durable, arguments).await?;
    Ok(())
}

/// Arguments that send dead letters to `queue` and keep them until it has confirmed.
fn dead_letter_to(queue: &str) -> FieldTable {
    let mut arguments = FieldTable::default();
    for (key, value) in [
        ("x-dead-letter-exchange", ""),
        ("x-dead-letter-routing-key", queue),
        ("x-dead-letter-strategy", "at-least-once"),
        ("x-overflow", "reject-publish"),
    ] {
        arguments.insert(key.into(), AMQPValue::LongString(value.into()));
    }
    arguments
}

/// Declares a replica's own queue, gone with its connection.
pub(crate) async fn declare_exclusive(channel: &Channel, name: &str, types: &[String]) -> Result<()> {
    let options = QueueDeclareOptions { exclusive: true, auto_delete: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(name.into(), options, FieldTable::default()).await?;
    for type_ in types {
        bind(channel, name, type_).await?;
    }
    Ok(())
}

async fn bind(channel: &Channel, queue: &str, type_: &str) -> Result<()> {
    let (options, none) = (QueueBindOptions::default(), FieldTable::default());
    channel.queue_bind(queue.into(), EXCHANGE.into(), type_.into(), options, none).await
}
