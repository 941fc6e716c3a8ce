//! The service on a real database and broker; `auth` and `users` are played by the tests.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test has no better use for an error than to end with it")]

mod access;
mod bodies;
mod faults;
mod fixture;
mod friends;
mod history;
mod house;
mod internal;
mod messages;
mod reading;
mod rooms;
mod sync;
