//! The service on a real database and broker, with a real mail server; `auth` is played by the tests.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test has no better use for an error than to end with it")]

mod confirm;
mod fixture;
mod house;
mod internal;
mod mail;
mod mailbox;
mod pages;
mod read;
mod register;
mod seed;
