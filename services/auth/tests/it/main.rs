//! The provider over HTTP, on a real database and cache, before a played `account`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod keys;
mod sign_in;
mod tokens;
mod world;
