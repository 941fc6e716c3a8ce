//! The connection to the API server.

use kube::{Client, Config};
use std::time::Duration;

/// Limits that fit the watches and the Lease.
///
/// # Errors
/// When the configuration cannot be used.
pub fn client(mut config: Config) -> Result<Client, kube::Error> {
    config.connect_timeout = Some(Duration::from_secs(5));
    // Above the time after which a silent watch is given up, so that the watch itself notices first.
    config.read_timeout = Some(Duration::from_secs(75));
    // The queue tries again, with its own back-off: kube's would hide a refusing server for minutes.
    config.default_retry = false;
    Client::try_from(config)
}
