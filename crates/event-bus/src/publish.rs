//! Publishing.

use crate::Envelope;
use async_trait::async_trait;

/// Why an event was not published. Trying again is always right: an event may then arrive twice, never not at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// There is no connection to the broker now.
    #[error("the broker is away")]
    Away,
    /// The broker did not confirm in time.
    #[error("the broker did not confirm in time")]
    Unconfirmed,
    /// The broker refused the event, or the connection was lost meanwhile.
    #[error("the broker did not take the event: {0}")]
    Refused(String),
}

/// Something that takes events.
#[async_trait]
pub trait Publish: Send + Sync + 'static {
    /// Publishes in the given order and waits until each is safe with the broker; one result each.
    async fn publish(&self, envelopes: &[Envelope]) -> Vec<Result<(), PublishError>>;
}
