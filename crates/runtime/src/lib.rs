//! The process around a service: listeners, probes, metrics, logs, background work, and an orderly end.
//!
//! A service crate offers `build(config, &Process) -> Result<Service, StartError>`: it makes its routes and says what it
//! depends on, and starts its background work with [`Process::spawn`]. [`start`] opens the listeners; [`run`] does so and
//! waits for SIGTERM. Tests call [`start`] with port 0 and read the addresses from [`Running`].
//!
//! Stopping goes in a fixed order: `/ready` fails → [`Process::draining`] (consumers stop taking events, the hub sends its
//! clients away) → listeners finish what is under way → [`Process::stopping`] (relays flush, tasks end) → the end.

pub mod admin;
pub mod health;
pub mod listener;
pub mod process;
pub mod run;
pub mod telemetry;

pub use health::{Check, Health};
pub use process::{Process, Service, StartError};
pub use run::{Running, run, start};
pub use securechat_metrics::Metrics;
pub use telemetry::{init as init_telemetry, logs as init_logs};
