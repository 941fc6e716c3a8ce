//! What becomes of an event after its handlers: done, tried again later, or parked.

use crate::PublishError;
use crate::bus::{Options, confirmed, written};
use crate::subscriptions::HandlerError;
use crate::topology::{dead_queue, retry_queue};
use lapin::message::Delivery as Message;
use lapin::options::{BasicAckOptions, BasicPublishOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel};
use std::time::Duration;
use tokio::time::Instant;

const TRIES: &str = "x-tries";
const ERROR_CHARS: usize = 1_000;

/// Settles messages of one queue. Failures are published explicitly, because the broker's own counting differs between
/// its versions.
#[derive(Clone)]
pub(crate) struct Settler {
    publisher: Channel,
    queue: String,
    tries_max: u32,
    retry_delay: Duration,
    confirm_timeout: Duration,
}

impl Settler {
    pub(crate) fn new(publisher: Channel, queue: String, options: &Options) -> Self {
        let Options { tries_max, retry_delay, confirm_timeout, .. } = *options;
        Self { publisher, queue, tries_max, retry_delay, confirm_timeout }
    }

    /// How often the message failed before.
    pub(crate) fn tries(&self, message: &Message) -> u32 {
        let headers = message.properties.headers().as_ref();
        match headers.and_then(|headers| headers.inner().get(TRIES)) {
            Some(AMQPValue::LongInt(tries)) => u32::try_from(*tries).unwrap_or(self.tries_max),
            Some(AMQPValue::LongLongInt(tries)) => u32::try_from(*tries).unwrap_or(self.tries_max),
            _ => 0,
        }
    }

    /// Tells the broker, and gives a word for what became of the event. The copy is safe before the original is
    /// acknowledged: twice is possible, lost is not.
    pub(crate) async fn settle(
        &self,
        message: &Message,
        tries: u32,
        outcome: Result<(), HandlerError>,
    ) -> Result<&'static str, PublishError> {
        let mut became = "done";
        if let Err(error) = outcome {
            let text: String = error.describe().chars().take(ERROR_CHARS).collect();
            let tries = tries + 1;
            let reason = match error {
                HandlerError::Poison(_) => Some("poison"),
                HandlerError::Failed(_) if tries >= self.tries_max => Some("failed"),
                HandlerError::Failed(_) | HandlerError::Unavailable(_) => None,
            };
            if let Some(reason) = reason {
                tracing::error!(queue = self.queue, reason, error = text, tries, "an event is parked");
                self.copy(&dead_queue(&self.queue), message, tries, Some((reason, &text))).await?;
                became = "parked";
            } else {
                tracing::warn!(queue = self.queue, error = text, tries, "an event failed and is tried again");
                self.copy(&retry_queue(&self.queue), message, tries, None).await?;
                became = "retried";
            }
        }
        let acknowledged = message.acker.ack(BasicAckOptions::default()).await;
        acknowledged.map(|_| became).map_err(|error| PublishError::Refused(error.to_string()))
    }

    async fn copy(
        &self,
        to: &str,
        message: &Message,
        tries: u32,
        parked: Option<(&str, &str)>,
    ) -> Result<(), PublishError> {
        let mut headers = FieldTable::default();
        headers.insert(TRIES.into(), AMQPValue::LongInt(i32::try_from(tries).unwrap_or(i32::MAX)));
        let mut properties =
            BasicProperties::default().with_content_type("application/cloudevents+json".into()).with_delivery_mode(2);
        if let Some((reason, error)) = parked {
            for (key, value) in [("x-reason", reason), ("x-error", error), ("x-queue", &self.queue)] {
                headers.insert(key.into(), AMQPValue::LongString(value.into()));
            }
        } else {
            // Every message rests equally long, so none waits behind a longer one at the queue's head.
            properties = properties.with_expiration(self.retry_delay.as_millis().to_string().into());
        }
        if let Some(id) = message.properties.message_id() {
            properties = properties.with_message_id(id.clone());
        }
        let mandatory = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let properties = properties.with_headers(headers);
        let deadline = Instant::now() + self.confirm_timeout;
        let sent = self.publisher.basic_publish("".into(), to.into(), mandatory, &message.data, properties);
        confirmed(written(sent, deadline).await?, deadline).await
    }
}
