//! The operator: it keeps every `SecureChat` resource running.
//!
//! A watch for each kind of object fills the [`store`]; whatever changes puts its resource into the [`queue`]; a worker takes it and looks
//! at it once ([`reconcile`]). One replica leads ([`lease`]) and is the only one that writes ([`fence`]).

pub mod access;
pub mod cli;
pub mod client;
pub mod fence;
pub mod generate;
pub mod http;
pub mod kinds;
pub mod lease;
pub mod metrics;
pub mod queue;
pub mod reconcile;
pub mod run;
pub mod settings;
pub mod store;
pub mod time;
pub mod watch;
pub mod whole;
