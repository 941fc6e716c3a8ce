//! The server against a raw WebSocket client, fact by fact, and against the unmodified npm client.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod client;
mod closing;
mod handshake;
mod invocations;
mod keep_alive;
mod limits;
mod negotiate;
mod npm_client;
mod pushes;
mod server;
