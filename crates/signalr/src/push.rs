//! A message from the server to many clients, encoded once for all of them.

use crate::protocol::Protocol;
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use std::{borrow::Cow, sync::OnceLock};

/// A push's argument can't be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error("the argument of push '{target}' can't be encoded: {source}")]
pub struct PushError {
    target: String,
    source: serde_json::Error,
}

/// A call of a client method that expects no answer. Its bytes are made once per protocol, when the first
/// connection speaking it wants them, and shared from then on.
#[derive(Debug)]
pub struct Push {
    target: Cow<'static, str>,
    arguments: Vec<Value>,
    json: OnceLock<Bytes>,
}

impl Push {
    /// A call of `target` with one argument.
    pub fn new(target: impl Into<Cow<'static, str>>, argument: &impl Serialize) -> Result<Self, PushError> {
        let target = target.into();
        match serde_json::to_value(argument) {
            Ok(argument) => Ok(Self { target, arguments: vec![argument], json: OnceLock::new() }),
            Err(source) => Err(PushError { target: target.into_owned(), source }),
        }
    }

    /// The client method.
    pub fn target(&self) -> &str {
        &self.target
    }

    pub(crate) fn encoded(&self, protocol: Protocol) -> Bytes {
        match protocol {
            Protocol::Json => self.json.get_or_init(|| protocol.invocation(&self.target, &self.arguments)).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_encoded_once_and_its_bytes_are_shared() {
        let push = Push::new("UserConnected", &serde_json::json!({ "userId": "a" })).unwrap();
        let (first, second) = (push.encoded(Protocol::Json), push.encoded(Protocol::Json));
        assert_eq!(first.as_ptr(), second.as_ptr());
        assert_eq!(
            first,
            "{\"type\":1,\"target\":\"UserConnected\",\"arguments\":[{\"userId\":\"a\"}]}\u{1e}".as_bytes()
        );
    }
}
