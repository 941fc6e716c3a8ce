//! Renderings against committed bytes, and properties that every rendering has.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test has no better use for an error than to end with it")]

mod case;
mod evaluator;
mod external;
mod gateway;
mod golden;
mod network;
mod patches;
mod properties;
mod stores;
