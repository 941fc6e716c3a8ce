//! MySQL and MariaDB: the pool, transactions that survive deadlocks, errors by meaning, provisioning.
//!
//! SQL is the subset both servers share. Times are UTC, ids are `BINARY(16)`, and a session reads committed data:
//! each statement sees the newest commits, and gap locks (the usual source of deadlocks) are rare.

mod error;
mod pool;
mod provision;
mod transaction;

pub use error::{Error, Result, unavailable};
pub use pool::{Connection, Pool, connect_options, observe, pool};
pub use provision::{Account, ProvisionError, SchemaAccounts, provision, provision_schema};
pub use transaction::{Work, transaction, work};
