//! What can be tuned, with the reference server's defaults.

use aws_lc_rs::hmac;
use securechat_kernel::{ClockRef, IdGeneratorRef};
use std::{fmt, time::Duration};

/// A key that signs connection tokens. Replicas of one hub share it.
#[derive(Clone)]
pub struct TokenKey(pub(crate) hmac::Key);

impl TokenKey {
    /// A key from at least 32 secret bytes; `None` when there are fewer.
    pub fn new(secret: &[u8]) -> Option<Self> {
        (secret.len() >= 32).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

/// How a [`Server`](crate::Server) behaves.
#[derive(Clone)]
pub struct Settings {
    /// The first key signs, every key verifies, so that a key can be replaced without refusing anyone.
    pub keys: Vec<TokenKey>,
    /// Tells when a connection token has expired.
    pub clock: ClockRef,
    /// Makes connection ids.
    pub ids: IdGeneratorRef,
    /// How long after negotiate the connection must be made (2 min).
    pub token_lifetime: Duration,
    /// How long after connecting the handshake must be there (15 s).
    pub handshake_deadline: Duration,
    /// A connection to which nothing was sent for so long gets a ping (15 s).
    pub ping_interval: Duration,
    /// A client that was silent for so long is gone (30 s).
    pub client_timeout: Duration,
    /// A client that takes nothing for so long while there is something to send is cut (10 s).
    pub send_timeout: Duration,
    /// The greatest hub message a client may send, in bytes (32 KiB).
    pub max_message_bytes: usize,
    /// A client for which more bytes than this wait is cut (256 KiB).
    pub send_queue_bytes: usize,
    /// A client for which more messages than this wait is cut (1,024).
    pub send_queue_messages: usize,
    /// Connections beyond this number are refused with 503 (15,000).
    pub max_connections: usize,
}

impl Settings {
    /// The defaults, with `key` signing connection tokens.
    pub fn new(key: TokenKey, clock: ClockRef, ids: IdGeneratorRef) -> Self {
        Self {
            keys: vec![key],
            clock,
            ids,
            token_lifetime: Duration::from_mins(2),
            handshake_deadline: Duration::from_secs(15),
            ping_interval: Duration::from_secs(15),
            client_timeout: Duration::from_secs(30),
            send_timeout: Duration::from_secs(10),
            max_message_bytes: 32 * 1024,
            send_queue_bytes: 256 * 1024,
            send_queue_messages: 1024,
            max_connections: 15_000,
        }
    }
}
