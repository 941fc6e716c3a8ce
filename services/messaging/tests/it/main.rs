//! The hub on real servers, one or two processes of it, with `chats` played by the tests where it is tested elsewhere.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod calls;
mod client;
mod connecting;
mod draining;
mod fixture;
mod npm_client;
mod outages;
mod pushes;
mod reporting;
mod rooms;
