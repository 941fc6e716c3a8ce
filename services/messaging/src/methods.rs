//! What clients may call. One object is the argument of each method, in camelCase like everything else.

use crate::{app::App, error::Error, person::Person};
use securechat_contracts::{
    dto::{MarkReadFor, Position, SendMessageFor, SyncFor},
    event::Typing as TypingEvent,
};
use securechat_kernel::{ChatId, MessageId};
use securechat_signalr::Connection;
use securechat_trace_context::{Kind, TraceContext, failed};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::time::Instant;
use tracing::Span;

/// A client that missed more messages of a chat than this reads the chat anew.
const SYNC_MESSAGES_MAX: u32 = 500;
/// A sign of activity is told at most so often.
const ACTIVITY_EVERY: time::Duration = time::Duration::SECOND;
/// Sending and reading are activity too, but tell it less often.
const IMPLIED_ACTIVITY_EVERY: time::Duration = time::Duration::seconds(5);
const TYPING_EVERY: time::Duration = time::Duration::SECOND;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SendMessage {
    chat_id: ChatId,
    id: MessageId,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MarkRead {
    chat_id: ChatId,
    seq: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Typing {
    chat_id: ChatId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sync {
    positions: Vec<Position>,
}

/// Calls `method`, named in lower case: the start of a trace. The call is counted.
pub(crate) async fn call(
    app: &App,
    connection: &Connection<Person>,
    method: &str,
    arguments: Vec<Value>,
) -> Result<Value, Error> {
    let trace = trace(method, &arguments);
    let calling = async {
        let began = Instant::now();
        let answer = dispatch(app, connection, method, arguments).await;
        let (method, outcome) = match &answer {
            Ok(_) => (method, "done"),
            Err(error) => error.kind().map_or(("other", "no_method"), |kind| (method, kind.as_str())),
        };
        app.calls.with_label_values(&[method, outcome]).observe(began.elapsed().as_secs_f64());
        Span::current().record("name", format!("hub {method}"));
        if let Err(error) = &answer {
            failed(error);
        }
        answer
    };
    trace.run(Kind::Server, "hub", calling).await
}

/// A message's trace has the message's id, which its client made at the click: people find one by the other.
fn trace(method: &str, arguments: &[Value]) -> TraceContext {
    let message = arguments.first().filter(|_| method == "sendmessage").map(|argument| &argument["id"]);
    let id = message.and_then(|id| MessageId::deserialize(id).ok());
    id.map_or_else(TraceContext::root, |id| TraceContext::about(id.0.as_u128()))
}

async fn dispatch(
    app: &App,
    connection: &Connection<Person>,
    method: &str,
    arguments: Vec<Value>,
) -> Result<Value, Error> {
    match method {
        "sendmessage" => send(app, connection, one(arguments)?).await,
        "markread" => mark_read(app, connection, one(arguments)?).await,
        "typing" => typing(app, connection, &one(arguments)?).await,
        "activity" => Ok(activity(app, connection, ACTIVITY_EVERY)),
        "sync" => sync(app, connection, one(arguments)?).await,
        _ => Err(Error::NoMethod(method.to_owned())),
    }
}

async fn send(app: &App, connection: &Connection<Person>, call: SendMessage) -> Result<Value, Error> {
    activity(app, connection, IMPLIED_ACTIVITY_EVERY);
    let message = SendMessageFor { actor: connection.identity().actor(), id: call.id, text: call.text };
    answer(&app.chats.send(call.chat_id, &message).await?)
}

async fn mark_read(app: &App, connection: &Connection<Person>, call: MarkRead) -> Result<Value, Error> {
    activity(app, connection, IMPLIED_ACTIVITY_EVERY);
    let mark = MarkReadFor { actor: connection.identity().actor(), seq: call.seq };
    answer(&app.chats.mark_read(call.chat_id, &mark).await?)
}

async fn sync(app: &App, connection: &Connection<Person>, call: Sync) -> Result<Value, Error> {
    let actor = connection.identity().actor();
    answer(&app.chats.sync(&SyncFor { actor, positions: call.positions, limit: SYNC_MESSAGES_MAX }).await?)
}

/// Passed on as a hint: nobody stores it.
async fn typing(app: &App, connection: &Connection<Person>, call: &Typing) -> Result<Value, Error> {
    let person = connection.identity();
    if !app.routing.is_member(call.chat_id, person.id) {
        return Err(Error::NotMember);
    }
    if person.types(app.clock.now(), TYPING_EVERY) {
        app.hint(&TypingEvent { chat_id: call.chat_id, user_id: person.id }).await;
    }
    Ok(Value::Null)
}

/// Somebody is there.
fn activity(app: &App, connection: &Connection<Person>, every: time::Duration) -> Value {
    if connection.identity().act(app.clock.now(), every) {
        app.reporter.active(connection);
    }
    Value::Null
}

/// The one argument of a method; what is wrong in it is named by its pointer.
fn one<T: DeserializeOwned>(mut arguments: Vec<Value>) -> Result<T, Error> {
    let count = arguments.len();
    let (Some(argument), 1) = (arguments.pop(), count) else {
        let detail = format!("one object is the argument, not {count}");
        return Err(Error::Argument { pointer: "/".to_owned(), detail });
    };
    serde_path_to_error::deserialize(argument).map_err(|error| {
        let path = error.path().to_string();
        let pointer = if path == "." { "/".to_owned() } else { format!("/{}", path.replace('.', "/")) };
        Error::Argument { pointer, detail: error.into_inner().to_string() }
    })
}

fn answer(value: &impl Serialize) -> Result<Value, Error> {
    Ok(serde_json::to_value(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(arguments: Vec<Value>) -> String {
        one::<SendMessage>(arguments).err().unwrap().to_string()
    }

    #[test]
    fn what_is_wrong_in_an_argument_is_named_by_its_pointer() {
        assert_eq!(refusal(vec![]), "/: one object is the argument, not 0");
        assert_eq!(refusal(vec![json!(1), json!(2)]), "/: one object is the argument, not 2");
        assert!(refusal(vec![json!({ "chatId": "x" })]).starts_with("/chatId: "));
        assert!(refusal(vec![json!({})]).contains("chatId"));
        let sync = one::<Sync>(vec![json!({ "positions": [{ "chatId": 7 }] })]).err().unwrap().to_string();
        assert!(sync.starts_with("/positions[0]/chatId: "), "{sync}");
    }
}
