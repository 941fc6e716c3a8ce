//! The database crate on a real server.

mod faults;
mod provisioning;
mod transactions;
