//! The AsyncAPI document: every event that travels over the broker, for programs that want to listen. Made from the
//! event types, their examples and the table of subscriptions.

use crate::event::{Described, catalogue};
use crate::subscriptions::SUBSCRIPTIONS;
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, schema::Schema};

/// The exchange that all events pass.
const EXCHANGE: &str = "securechat.events";

/// The document. `example` yields the example of an event type.
///
/// # Errors
/// Never in practice: schemas are plain data.
pub fn document(example: impl Fn(&str) -> Value) -> serde_json::Result<Value> {
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    let mut schemas = Map::from_iter([("CloudEvent".to_owned(), cloud_event())]);
    for event in catalogue() {
        let type_ = event.type_;
        channels.insert(type_.to_owned(), channel(type_));
        operations.extend(said_and_heard(type_));
        messages.insert(type_.to_owned(), message(&event, &example(type_))?);
        schemas.extend(schemas_of(&event)?);
    }
    Ok(json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "SecureChat events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What services tell each other after the fact, at least once and in the order of each subject. \
                The hub's replicas listen to what they push, each by a queue of its own that ends with it.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }))
}

fn channel(type_: &str) -> Value {
    json!({
        "address": type_,
        "messages": {type_: {"$ref": format!("#/components/messages/{type_}")}},
        "bindings": {"amqp": {
            "is": "routingKey",
            "exchange": {"name": EXCHANGE, "type": "topic", "durable": true},
        }},
    })
}

/// Who publishes: the first word of the name. Who takes it through a durable queue: the table says.
fn said_and_heard(type_: &str) -> impl Iterator<Item = (String, Value)> {
    let channel = json!({"$ref": format!("#/channels/{type_}")});
    let publisher = type_.split('.').next().unwrap_or_default();
    let said = (format!("{publisher}.sends.{type_}"), json!({"action": "send", "channel": channel}));
    let takes = SUBSCRIPTIONS.iter().filter(move |subscription| subscription.types.contains(&type_));
    let heard: Vec<_> = takes
        .map(|subscription| {
            let name = format!("{}.receives.{type_}", subscription.consumer);
            (name, json!({"action": "receive", "channel": channel}))
        })
        .collect();
    std::iter::once(said).chain(heard)
}

fn message(event: &Described, example: &Value) -> serde_json::Result<Value> {
    let summary = serde_json::to_value((event.schema)())?["description"].clone();
    Ok(json!({
        "name": event.type_,
        "summary": summary,
        "contentType": "application/cloudevents+json",
        "payload": {"allOf": [
            {"$ref": "#/components/schemas/CloudEvent"},
            {"type": "object", "properties": {
                "type": {"const": event.type_},
                "data": {"$ref": format!("#/components/schemas/{}", (event.name)())},
            }},
        ]},
        "examples": [{"payload": {"data": example}}],
    }))
}

fn schemas_of(event: &Described) -> serde_json::Result<Vec<(String, Value)>> {
    let mut all: Vec<(String, RefOr<Schema>)> = vec![((event.name)().into_owned(), (event.schema)())];
    (event.referred)(&mut all);
    all.into_iter().map(|(name, schema)| Ok((name, serde_json::to_value(schema)?))).collect()
}

/// What stands around every event.
fn cloud_event() -> Value {
    let text = |meaning: &str| json!({"type": "string", "description": meaning});
    json!({
        "type": "object",
        "description": "CloudEvents 1.0 in structured JSON.",
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "aggregateversion", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid", "description": "The same however often the event is delivered."},
            "source": text("Who published it, as /securechat/chats."),
            "type": text("What happened, and the routing key."),
            "subject": text("The aggregate that it tells of; events of one subject keep their order."),
            "time": {"type": "string", "format": "date-time", "description": "When it happened."},
            "datacontenttype": {"const": "application/json"},
            "aggregateversion": {"type": "integer", "minimum": 0, "description": "The aggregate's version after it; 0 where order does not matter."},
            "traceparent": text("W3C trace context of what caused it."),
            "data": {"type": "object", "description": "The event itself."},
        },
    })
}
