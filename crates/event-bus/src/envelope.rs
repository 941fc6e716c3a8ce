//! CloudEvents 1.0 in structured JSON.

use securechat_contracts::{Event, ServiceName};
use securechat_kernel::EventId;
use securechat_trace_context::TraceContext;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// An event with what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// `1.0`.
    pub specversion: String,
    /// This event's id: the same however often it is delivered.
    pub id: EventId,
    /// Who published it, as `/securechat/<service>`.
    pub source: String,
    /// Its type, as `chats.message-posted.v1`.
    #[serde(rename = "type")]
    pub type_: String,
    /// The aggregate it tells of.
    pub subject: String,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// `application/json`.
    pub datacontenttype: String,
    /// The aggregate's version after it (extension); 0 where order does not matter.
    pub aggregateversion: u64,
    /// W3C trace context of what caused it (distributed tracing extension).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The event itself.
    pub data: serde_json::Value,
}

/// An envelope, or the event in it, that is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("not an event of the expected form: {0}")]
pub struct EnvelopeError(#[from] serde_json::Error);

impl Envelope {
    /// Wraps `event`, under the trace context of the task that is under way.
    ///
    /// # Errors
    /// When the event can't be written as JSON.
    pub fn new<E: Event>(
        event: &E,
        id: EventId,
        source: ServiceName,
        time: OffsetDateTime,
    ) -> Result<Self, EnvelopeError> {
        Ok(Self {
            specversion: "1.0".to_owned(),
            id,
            source: format!("/securechat/{source}"),
            type_: E::TYPE.to_owned(),
            subject: event.subject(),
            time,
            datacontenttype: "application/json".to_owned(),
            aggregateversion: event.version(),
            traceparent: TraceContext::current().map(|trace| trace.to_string()),
            data: serde_json::to_value(event)?,
        })
    }

    /// The event in it.
    ///
    /// # Errors
    /// When the data is not an `E`.
    pub fn event<E: Event>(&self) -> Result<E, EnvelopeError> {
        Ok(E::deserialize(&self.data)?)
    }

    /// Its JSON.
    ///
    /// # Errors
    /// Practically never: every field can be written.
    pub fn to_json(&self) -> Result<Vec<u8>, EnvelopeError> {
        Ok(serde_json::to_vec(self)?)
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// When it is no envelope.
    pub fn from_json(json: &[u8]) -> Result<Self, EnvelopeError> {
        Ok(serde_json::from_slice(json)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_contracts::event::EmailConfirmed;
    use time::macros::datetime;
    use uuid::Uuid;

    /// Proves: W-56, P-06.
    #[tokio::test]
    async fn an_envelope_is_a_cloud_event_and_carries_version_and_trace() {
        let event = EmailConfirmed { user_id: Uuid::nil().into(), email: "a@b.c".into() };
        let cause = TraceContext::root();
        let at = datetime!(2026-01-02 03:04:05.5 UTC);
        let make = async { Envelope::new(&event, Uuid::nil().into(), ServiceName::Account, at) };
        let envelope = cause.scope(make).await.unwrap();
        let carried: TraceContext = envelope.traceparent.as_deref().unwrap().parse().unwrap();
        assert_eq!(carried.trace_id(), cause.trace_id());
        let json: serde_json::Value = serde_json::from_slice(&envelope.to_json().unwrap()).unwrap();
        let expected = serde_json::json!({
            "specversion": "1.0",
            "id": "00000000-0000-0000-0000-000000000000",
            "source": "/securechat/account",
            "type": "account.email-confirmed.v1",
            "subject": "00000000-0000-0000-0000-000000000000",
            "time": "2026-01-02T03:04:05.5Z",
            "datacontenttype": "application/json",
            "aggregateversion": 0,
            "traceparent": carried.to_string(),
            "data": {"userId": "00000000-0000-0000-0000-000000000000", "email": "a@b.c"},
        });
        assert_eq!(json, expected);
        let read = Envelope::from_json(json.to_string().as_bytes()).unwrap();
        assert_eq!(read.event::<EmailConfirmed>().unwrap(), event);
    }
}
