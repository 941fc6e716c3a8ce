//! Integration events over RabbitMQ.
//!
//! - One durable topic exchange, [`EXCHANGE`]; the routing key is the event's type.
//! - Each consuming service has a durable quorum queue `<service>`, with `<service>.retry` for events whose handler failed
//!   (they come back after a pause) and `<service>.dead` for those that can't be handled (headers `x-reason`, `x-error`).
//! - A hub replica follows events through an exclusive queue of its own, under a fresh name at every (re)connect.
//! - A process starts without the broker and connects in the background, for ever. Nothing is published unconfirmed
//!   except hints.
//!
//! Delivery is at least once: handlers are made idempotent by `securechat-outbox`'s inbox. Events of one subject are
//! handled one after the other within a process; across processes their versions tell which is newer.

mod bus;
mod connection;
mod consume;
mod counts;
mod envelope;
mod follow;
mod memory;
mod publish;
mod settle;
mod subscriptions;
mod topology;

pub use bus::{Bus, Consumer, Options};
pub use envelope::{Envelope, EnvelopeError};
pub use memory::MemoryBus;
pub use publish::{Publish, PublishError};
pub use subscriptions::{HandlerError, Received, Subscriptions};
pub use topology::{DurableQueue, EXCHANGE, durable_queues};
