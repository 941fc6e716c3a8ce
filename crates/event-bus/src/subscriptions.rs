//! Which handlers take which events.

use crate::{Envelope, EnvelopeError};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use securechat_contracts::Event;
use securechat_kernel::EventId;
use securechat_trace_context::{Kind, TraceContext, failed};
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use time::OffsetDateTime;

type BoxError = Box<dyn StdError + Send + Sync>;
type Handler = Arc<dyn Fn(Arc<Envelope>, Delivery) -> BoxFuture<'static, Result<(), HandlerError>> + Send + Sync>;

/// How a handler fails. `?` on any error makes a [`HandlerError::Failed`]; `securechat_outbox::failure` tells an absent
/// database from a fault.
#[derive(Debug)]
pub enum HandlerError {
    /// Something it needs is away: tried again, with pauses, until that is back; never parked.
    Unavailable(BoxError),
    /// It may work next time: tried again some times, then parked.
    Failed(BoxError),
    /// It can never work: parked at once.
    Poison(BoxError),
}

impl<E: StdError + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl HandlerError {
    /// The error and its causes in one line.
    pub fn describe(&self) -> String {
        let (Self::Unavailable(error) | Self::Failed(error) | Self::Poison(error)) = self;
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// What the broker says about this delivery.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Delivery {
    pub(crate) redelivered: bool,
    pub(crate) tries: u32,
}

/// An event as a handler gets it.
#[derive(Debug, Clone)]
pub struct Received<E> {
    /// The event.
    pub event: E,
    /// Its id: the key for the inbox.
    pub id: EventId,
    /// Its type.
    pub type_: String,
    /// The aggregate it tells of.
    pub subject: String,
    /// The aggregate's version after it.
    pub version: u64,
    /// When it happened.
    pub time: OffsetDateTime,
    /// Whether it was delivered before, maybe to another replica.
    pub redelivered: bool,
    /// How often its handling failed before.
    pub tries: u32,
}

impl<E> Received<E> {
    fn new(event: E, envelope: &Envelope, delivery: Delivery) -> Self {
        Self {
            event,
            id: envelope.id,
            type_: envelope.type_.clone(),
            subject: envelope.subject.clone(),
            version: envelope.aggregateversion,
            time: envelope.time,
            redelivered: delivery.redelivered,
            tries: delivery.tries,
        }
    }
}

/// A service's handlers by event type. A type may have several; when one fails the event comes again to all of them.
#[derive(Clone, Default)]
pub struct Subscriptions {
    handlers: BTreeMap<String, Vec<Handler>>,
}

impl Subscriptions {
    /// No handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a handler for events of type `E`. Data that is no `E` is parked.
    #[must_use]
    pub fn on<E, F, R>(self, handler: F) -> Self
    where
        E: Event,
        F: Fn(Received<E>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        self.add(E::TYPE, move |envelope, delivery| match envelope.event::<E>() {
            Ok(event) => handler(Received::new(event, &envelope, delivery)).boxed(),
            Err(error) => std::future::ready(Err(poison(error))).boxed(),
        })
    }

    /// Adds a handler that takes events of a type as plain JSON.
    #[must_use]
    pub fn on_untyped<F, R>(self, type_: &str, handler: F) -> Self
    where
        F: Fn(Received<serde_json::Value>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        self.add(type_, move |envelope, delivery| {
            handler(Received::new(envelope.data.clone(), &envelope, delivery)).boxed()
        })
    }

    /// Takes all handlers of a type away.
    #[must_use]
    pub fn without(mut self, type_: &str) -> Self {
        self.handlers.remove(type_);
        self
    }

    /// The types that have handlers.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.handlers.keys().map(String::as_str)
    }

    fn add<F>(mut self, type_: &str, handler: F) -> Self
    where
        F: Fn(Arc<Envelope>, Delivery) -> BoxFuture<'static, Result<(), HandlerError>> + Send + Sync + 'static,
    {
        self.handlers.entry(type_.to_owned()).or_default().push(Arc::new(handler));
        self
    }

    /// Lets every handler of the event's type handle it, one after the other; a panic counts as a failure. An event
    /// without handler is fine: an older build may have wanted it.
    ///
    /// # Errors
    /// The first handler's that fails.
    pub async fn handle(&self, envelope: Envelope) -> Result<(), HandlerError> {
        self.handle_delivery(Arc::new(envelope), Delivery::default()).await
    }

    pub(crate) async fn handle_delivery(
        &self,
        envelope: Arc<Envelope>,
        delivery: Delivery,
    ) -> Result<(), HandlerError> {
        let trace = TraceContext::after(envelope.traceparent.as_deref());
        let handling = async {
            let handled = self.call(&envelope, delivery).await;
            if let Err(error) = &handled {
                failed(&error.describe());
            }
            handled
        };
        trace.run(Kind::Consumer, &format!("process {}", envelope.type_), handling).await
    }

    async fn call(&self, envelope: &Arc<Envelope>, delivery: Delivery) -> Result<(), HandlerError> {
        for handler in self.handlers.get(&envelope.type_).into_iter().flatten() {
            let handled = AssertUnwindSafe(async { handler(envelope.clone(), delivery).await }).catch_unwind();
            match handled.await {
                Ok(result) => result?,
                Err(panic) => return Err(HandlerError::Failed(panic_text(panic.as_ref()).into())),
            }
        }
        Ok(())
    }
}

pub(crate) fn poison(error: EnvelopeError) -> HandlerError {
    HandlerError::Poison(Box::new(error))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the handler panicked: {}", text.unwrap_or("no message"))
}
