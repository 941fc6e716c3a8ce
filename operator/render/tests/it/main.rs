//! Renderings against committed bytes, and properties that every rendering has.
#![expect(clippy::unwrap_used, reason = "a test has no better use for an error than to end with it")]

mod case;
mod golden;
mod properties;
mod stores;
