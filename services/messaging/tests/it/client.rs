//! A hub client that speaks raw frames.

use futures_util::{SinkExt, StreamExt};
use securechat_runtime::Running;
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

const END: char = '\u{1e}';
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    arrived: VecDeque<Value>,
    /// Pushes that came while an answer was waited for.
    pushed: VecDeque<Value>,
    calls: u32,
}

impl Client {
    /// Connects without negotiation; the error is the HTTP status.
    pub(crate) async fn connect(at: &Running, token: &str) -> Result<Self, u16> {
        Self::open(&format!("ws://{}{}?access_token={token}", at.public, securechat_messaging::PATH), None).await
    }

    pub(crate) async fn open(url: &str, bearer: Option<&str>) -> Result<Self, u16> {
        let mut request = url.into_client_request().unwrap();
        if let Some(token) = bearer {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let socket = match connect_async(request).await {
            Ok((socket, _)) => socket,
            Err(Error::Http(response)) => return Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        };
        let mut client = Self { socket, arrived: VecDeque::new(), pushed: VecDeque::new(), calls: 0 };
        client.send(&json!({ "protocol": "json", "version": 1 })).await;
        assert_eq!(client.next().await, Some(json!({})));
        Ok(client)
    }

    async fn send(&mut self, message: &Value) {
        self.socket.send(Message::text(format!("{message}{END}"))).await.unwrap();
    }

    /// Calls and returns the result, or the error's text. Pushes that come before are kept.
    pub(crate) async fn call(&mut self, method: &str, argument: Value) -> Result<Value, String> {
        self.calls += 1;
        let id = self.calls.to_string();
        let arguments = if argument.is_null() { json!([]) } else { json!([argument]) };
        self.send(&json!({ "type": 1, "invocationId": id, "target": method, "arguments": arguments })).await;
        loop {
            let mut message = self.next().await.expect("an answer and not the end");
            if message["type"] == 3 {
                assert_eq!(message["invocationId"], json!(id));
                return match message["error"].take() {
                    Value::String(error) => Err(error),
                    _ => Ok(message["result"].take()),
                };
            }
            self.pushed.push_back(message);
        }
    }

    /// The next push: its name and its one argument.
    pub(crate) async fn pushed(&mut self) -> (String, Value) {
        let mut message = match self.pushed.pop_front() {
            Some(message) => message,
            None => self.next().await.expect("a push and not the end"),
        };
        assert_eq!(message["type"], 1, "{message}");
        let [argument] = message["arguments"].as_array_mut().unwrap().as_mut_slice() else {
            panic!("one argument: {message}");
        };
        assert!(argument.is_object(), "a well-formed object: {argument}");
        let argument = argument.take();
        (message["target"].as_str().unwrap().to_owned(), argument)
    }

    /// The next push is called `target`; returns its argument.
    pub(crate) async fn expect(&mut self, target: &str) -> Value {
        let (name, argument) = self.pushed().await;
        assert_eq!(name, target, "with {argument}");
        argument
    }

    /// Nothing was pushed up to now: a call that goes through the same queue proves it.
    pub(crate) async fn expect_nothing(&mut self) {
        let _ = self.call("Nothing", Value::Null).await;
        assert_eq!(self.pushed, VecDeque::new());
    }

    /// Reads on to the end; returns the hub's last message, which must be a Close.
    pub(crate) async fn closed(&mut self) -> Value {
        let mut last = Value::Null;
        while let Some(message) = self.next().await {
            last = message;
        }
        assert_eq!(last["type"], 7, "{last}");
        last
    }

    /// The next message that is no ping; `None` at the end.
    async fn next(&mut self) -> Option<Value> {
        // Pings don't count as something.
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(message) = self.arrived.pop_front() {
                if message == json!({ "type": 6 }) {
                    continue;
                }
                return Some(message);
            }
            match tokio::time::timeout_at(deadline, self.socket.next()).await.expect("something in time") {
                Some(Ok(Message::Text(text))) => {
                    let whole = text.as_str().strip_suffix(END).unwrap();
                    self.arrived.extend(whole.split(END).map(|m| serde_json::from_str::<Value>(m).unwrap()));
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}
