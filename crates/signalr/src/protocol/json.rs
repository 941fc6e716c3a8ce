//! The JSON hub protocol.

use super::{Incoming, ProtocolError, record};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    r#type: u64,
    invocation_id: Option<String>,
    target: Option<String>,
    arguments: Option<Vec<Value>>,
    error: Option<String>,
}

/// Only the type: what follows it is read when the type is one of ours.
#[derive(Deserialize)]
struct Kind {
    r#type: u64,
}

pub(super) fn decode(buffer: &[u8], max: usize) -> Result<Option<(Incoming, usize)>, ProtocolError> {
    let Some((record, length)) = record(buffer, max)? else { return Ok(None) };
    let kind: Kind = serde_json::from_slice(record).map_err(|e| malformed(&e))?;
    let incoming = match kind.r#type {
        1 | 4 | 7 => call(serde_json::from_slice(record).map_err(|e| malformed(&e))?)?,
        6 => Incoming::Ping,
        _ => Incoming::Ignored,
    };
    Ok(Some((incoming, length)))
}

fn call(message: Message) -> Result<Incoming, ProtocolError> {
    let missing = |what| ProtocolError::Malformed(format!("'{what}' is missing"));
    match (message.r#type, message.invocation_id) {
        (7, _) => Ok(Incoming::Close { error: message.error }),
        (4, None) => Err(missing("invocationId")),
        (4, Some(id)) => {
            Ok(Incoming::StreamInvocation { id, target: message.target.ok_or_else(|| missing("target"))? })
        }
        (_, id) => Ok(Incoming::Invocation {
            id,
            target: message.target.ok_or_else(|| missing("target"))?,
            arguments: message.arguments.ok_or_else(|| missing("arguments"))?,
        }),
    }
}

fn malformed(error: &serde_json::Error) -> ProtocolError {
    ProtocolError::Malformed(error.to_string())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    r#type: u8,
    target: &'a str,
    arguments: &'a [Value],
}

pub(super) fn invocation(target: &str, arguments: &[Value]) -> Bytes {
    encode(&Invocation { r#type: 1, target, arguments })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Completion<'a> {
    r#type: u8,
    invocation_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

pub(super) fn completion(id: &str, result: Result<&Value, &str>) -> Bytes {
    let (result, error) = match result {
        Ok(value) => (Some(value), None),
        Err(error) => (None, Some(error)),
    };
    encode(&Completion { r#type: 3, invocation_id: id, result, error })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Close<'a> {
    r#type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allow_reconnect: bool,
}

pub(super) fn close(error: Option<&str>, allow_reconnect: bool) -> Bytes {
    encode(&Close { r#type: 7, error, allow_reconnect })
}

/// JSON values always serialise: their keys are strings and their numbers finite.
fn encode(message: &impl Serialize) -> Bytes {
    let mut bytes = serde_json::to_vec(message).unwrap_or_default();
    bytes.push(super::RECORD_SEPARATOR);
    Bytes::from(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Result<Option<(Incoming, usize)>, ProtocolError> {
        decode(text.as_bytes(), 64)
    }

    #[test]
    fn two_messages_in_one_frame_are_read_one_after_the_other() {
        let text = "{\"type\":6}\u{1e}{\"type\":1,\"target\":\"x\",\"arguments\":[1]}\u{1e}";
        let (first, length) = read(text).unwrap().unwrap();
        assert_eq!(first, Incoming::Ping);
        let (second, rest) = read(&text[length..]).unwrap().unwrap();
        assert_eq!(second, Incoming::Invocation { id: None, target: "x".into(), arguments: vec![json!(1)] });
        assert_eq!(read(&text[length + rest..]), Ok(None));
    }

    #[test]
    fn unknown_types_are_ignored_and_nonsense_is_not() {
        assert_eq!(read("{\"type\":99,\"target\":7}\u{1e}").unwrap().unwrap().0, Incoming::Ignored);
        for nonsense in ["x\u{1e}", "{}\u{1e}", "[1]\u{1e}", "{\"type\":1}\u{1e}", "{\"type\":\"1\"}\u{1e}"] {
            assert!(matches!(read(nonsense), Err(ProtocolError::Malformed(_))), "{nonsense}");
        }
    }

    #[test]
    fn the_length_limit_holds_for_each_message_and_not_for_the_frame() {
        let ping = "{\"type\":6}\u{1e}".repeat(20);
        assert!(ping.len() > 64);
        assert_eq!(read(&ping).unwrap().unwrap().0, Incoming::Ping);
        assert_eq!(read(&"x".repeat(64)), Ok(None));
        assert_eq!(read(&"x".repeat(65)), Err(ProtocolError::TooLong(64)));
    }

    #[test]
    fn answers_look_as_the_client_expects_them() {
        assert_eq!(completion("7", Ok(&Value::Null)), "{\"type\":3,\"invocationId\":\"7\",\"result\":null}\u{1e}");
        assert_eq!(completion("7", Err("no")), "{\"type\":3,\"invocationId\":\"7\",\"error\":\"no\"}\u{1e}");
        assert_eq!(close(None, true), "{\"type\":7,\"allowReconnect\":true}\u{1e}");
        assert_eq!(close(Some("e"), false), "{\"type\":7,\"error\":\"e\"}\u{1e}");
    }
}
