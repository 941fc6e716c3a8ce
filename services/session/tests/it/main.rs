//! The service on real servers, one or two processes of it, with hub replicas and `users` played by the tests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod faults;
mod fixture;
mod loss;
mod presence;
mod rest;
