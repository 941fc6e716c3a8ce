//! The database crate on a real server.
#![expect(clippy::unwrap_used, reason = "a test has no better use for an error than to end with it")]

mod faults;
mod provisioning;
mod tls;
mod transactions;
