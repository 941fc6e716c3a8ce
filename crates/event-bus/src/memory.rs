//! A bus within the process, for unit tests of handlers and publishers.

use crate::{Envelope, HandlerError, Publish, PublishError, Subscriptions};
use async_trait::async_trait;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Keeps what is published and hands it to subscribers when told to.
#[derive(Clone, Default)]
pub struct MemoryBus {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    published: Vec<Envelope>,
    waiting: VecDeque<Envelope>,
    subscribers: Vec<Subscriptions>,
    away: bool,
}

impl MemoryBus {
    /// An empty bus.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a subscriber.
    pub fn subscribe(&self, subscriptions: Subscriptions) {
        self.state().subscribers.push(subscriptions);
    }

    /// Everything published so far.
    pub fn published(&self) -> Vec<Envelope> {
        self.state().published.clone()
    }

    /// Makes publishing fail as if the broker were away, or work again.
    pub fn set_away(&self, away: bool) {
        self.state().away = away;
    }

    /// Hands everything that waits, and what its handlers publish, to all subscribers.
    ///
    /// # Errors
    /// The first handler's that fails; what stands behind it waits on.
    pub async fn drain(&self) -> Result<(), HandlerError> {
        loop {
            let (envelope, subscribers) = {
                let mut state = self.state();
                let Some(envelope) = state.waiting.pop_front() else { return Ok(()) };
                (envelope, state.subscribers.clone())
            };
            for subscriber in subscribers {
                subscriber.handle(envelope.clone()).await?;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Publish for MemoryBus {
    async fn publish(&self, envelopes: &[Envelope]) -> Vec<Result<(), PublishError>> {
        let mut state = self.state();
        if state.away {
            return envelopes.iter().map(|_| Err(PublishError::Away)).collect();
        }
        state.published.extend_from_slice(envelopes);
        state.waiting.extend(envelopes.iter().cloned());
        envelopes.iter().map(|_| Ok(())).collect()
    }
}
