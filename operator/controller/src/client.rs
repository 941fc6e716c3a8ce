//! The connection to the API server.

use kube::{Client, Config};
use std::error::Error;
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

/// What went wrong with a request: the API server's own sentence, or else everything that led to it. What kube makes of
/// it also holds the whole answer as Rust writes it.
pub(crate) fn said(error: &kube::Error) -> String {
    if let kube::Error::Api(status) = error
        && !status.message.is_empty()
    {
        return status.message.clone();
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text.push_str(": ");
            text.push_str(&reason);
        }
        cause = error.source();
    }
    text
}
