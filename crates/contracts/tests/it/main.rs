//! What the contracts look like from outside: the documents made from them, and one example of every event.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test has no better use for an error than to end with it")]

mod asyncapi;
mod errors;
mod events;
mod examples;
