//! Hub protocols: what the bytes of a connection mean. Each protocol is a file; MessagePack will be the second.

mod handshake;
mod json;

pub(crate) use handshake::{Handshake, accepted, parse as parse_handshake, refused};

use bytes::Bytes;
use serde_json::Value;

/// Ends every message of the JSON protocol, and the handshake of every protocol.
pub(crate) const RECORD_SEPARATOR: u8 = 0x1e;

/// The hub protocol a connection agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON text, each message ended by 0x1E.
    Json,
}

/// The client sent something that is no message of its protocol; the connection can't go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProtocolError {
    #[error("the message is not valid: {0}")]
    Malformed(String),
    #[error("the message is longer than {0} bytes")]
    TooLong(usize),
}

/// A message from the client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Incoming {
    /// Call a hub method; `id` is there when the client waits for the result.
    Invocation { id: Option<String>, target: String, arguments: Vec<Value> },
    /// Call a hub method that streams; not offered yet.
    StreamInvocation { id: String, target: String },
    /// The client is alive.
    Ping,
    /// The client is leaving.
    Close { error: Option<String> },
    /// Something this server has no use for: types it doesn't know, answers to calls it never made.
    Ignored,
}

impl Protocol {
    /// The protocol a handshake names.
    pub(crate) fn named(name: &str) -> Option<Self> {
        name.eq_ignore_ascii_case("json").then_some(Self::Json)
    }

    /// Reads the next whole message out of `buffer`; returns it with its length, or `None` when there is none yet.
    pub(crate) fn decode(self, buffer: &[u8], max: usize) -> Result<Option<(Incoming, usize)>, ProtocolError> {
        match self {
            Self::Json => json::decode(buffer, max),
        }
    }

    /// A call of a client method, without an answer.
    pub(crate) fn invocation(self, target: &str, arguments: &[Value]) -> Bytes {
        match self {
            Self::Json => json::invocation(target, arguments),
        }
    }

    /// The end of the client's call `id`.
    pub(crate) fn completion(self, id: &str, result: Result<&Value, &str>) -> Bytes {
        match self {
            Self::Json => json::completion(id, result),
        }
    }

    /// A sign of life.
    pub(crate) fn ping(self) -> Bytes {
        match self {
            Self::Json => Bytes::from_static(b"{\"type\":6}\x1e"),
        }
    }

    /// The last message of a connection.
    pub(crate) fn close(self, error: Option<&str>, allow_reconnect: bool) -> Bytes {
        match self {
            Self::Json => json::close(error, allow_reconnect),
        }
    }
}

/// The record up to the separator, and its length with it; `None` when it is not whole yet.
fn record(buffer: &[u8], max: usize) -> Result<Option<(&[u8], usize)>, ProtocolError> {
    let end = buffer.iter().take(max + 1).position(|byte| *byte == RECORD_SEPARATOR);
    match end.and_then(|end| buffer.split_at_checked(end)) {
        Some((record, _)) => Ok(Some((record, record.len() + 1))),
        None if buffer.len() > max => Err(ProtocolError::TooLong(max)),
        None => Ok(None),
    }
}
