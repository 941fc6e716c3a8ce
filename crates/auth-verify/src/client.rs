//! The HTTP client of all calls between services.

use reqwest::{Client, Result, retry};
use securechat_contracts::calls::IDLE_KEPT;

/// A client that asks once more where there was no connection, or it ended without an answer: a replica that ends closes
/// its idle connections, perhaps just while a call is being written to one of them. So whatever services ask of each
/// other must do no more when it is asked twice. The limit of a call's time holds for both tries together.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client() -> Result<Client> {
    let once_more = retry::for_host(AnyHost).max_retries_per_request(1).classify_fn(|call| match call.error() {
        Some(_) => call.retryable(),
        None => call.success(),
    });
    Client::builder().pool_idle_timeout(IDLE_KEPT).retry(once_more).build()
}

/// A client calls only services of ours.
struct AnyHost;

impl PartialEq<&str> for AnyHost {
    fn eq(&self, _: &&str) -> bool {
        true
    }
}
