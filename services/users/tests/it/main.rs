//! The service on real servers; `auth` and `account` are played by the tests.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test has no better use for an error than to end with it")]

mod faults;
mod fixture;
mod friend_requests;
mod friendships;
mod house;
mod internal;
mod lists;
mod people;
mod profiles;
