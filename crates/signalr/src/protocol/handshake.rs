//! The first message each way: JSON text ended by 0x1E, whatever protocol follows.

use super::{Protocol, ProtocolError, record};
use bytes::Bytes;
use serde::Deserialize;

/// What the client's handshake asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handshake {
    /// A protocol and version this server speaks.
    Agreed(Protocol),
    /// Something else; the text tells the client what.
    Refused(String),
}

#[derive(Deserialize)]
struct Request {
    protocol: String,
    version: u64,
}

/// Reads a handshake; returns it with its length, or `None` when it is not whole yet.
pub(crate) fn parse(buffer: &[u8], max: usize) -> Result<Option<(Handshake, usize)>, ProtocolError> {
    let Some((record, length)) = record(buffer, max)? else { return Ok(None) };
    let request: Request =
        serde_json::from_slice(record).map_err(|e| ProtocolError::Malformed(format!("no handshake: {e}")))?;
    // Version 2 announces stateful reconnect where negotiate agreed on it, and is otherwise the same.
    let handshake = match Protocol::named(&request.protocol) {
        None => Handshake::Refused(format!("The protocol '{}' is not supported.", request.protocol)),
        Some(_) if !(1..=2).contains(&request.version) => Handshake::Refused(format!(
            "The server does not support version {} of the '{}' protocol.",
            request.version, request.protocol
        )),
        Some(protocol) => Handshake::Agreed(protocol),
    };
    Ok(Some((handshake, length)))
}

/// The answer that opens the connection.
pub(crate) fn accepted() -> Bytes {
    Bytes::from_static(b"{}\x1e")
}

/// The answer that refuses it.
pub(crate) fn refused(error: &str) -> Bytes {
    let mut text = serde_json::json!({ "error": error }).to_string();
    text.push('\u{1e}');
    Bytes::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<(Handshake, usize)>, ProtocolError> {
        parse(text.as_bytes(), 1024)
    }

    #[test]
    fn versions_one_and_two_of_json_are_agreed_to() {
        for version in [1, 2] {
            let text = format!("{{\"protocol\":\"json\",\"version\":{version}}}\u{1e}rest");
            let (handshake, length) = read(&text).unwrap().unwrap();
            assert_eq!(handshake, Handshake::Agreed(Protocol::Json));
            assert_eq!(&text[length..], "rest");
        }
    }

    #[test]
    fn what_is_not_spoken_is_named_in_the_refusal() {
        let version = read("{\"protocol\":\"json\",\"version\":3}\u{1e}").unwrap().unwrap().0;
        assert!(matches!(version, Handshake::Refused(text) if text.contains("version 3")));
        let protocol = read("{\"protocol\":\"messagepack\",\"version\":1}\u{1e}").unwrap().unwrap().0;
        assert!(matches!(protocol, Handshake::Refused(text) if text.contains("messagepack")));
    }

    #[test]
    fn half_a_handshake_waits_and_nonsense_fails() {
        assert_eq!(read("{\"protocol\":"), Ok(None));
        assert!(read("hello\u{1e}").is_err());
        assert!(read("{}\u{1e}").is_err());
        assert_eq!(parse(&[b' '; 1025], 1024), Err(ProtocolError::TooLong(1024)));
    }
}
