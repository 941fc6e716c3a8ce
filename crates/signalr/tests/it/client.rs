//! A client that speaks raw frames, so that tests can also speak them wrongly.

use crate::server::TestServer;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, protocol::CloseFrame},
};

pub(crate) const END: char = '\u{1e}';
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Whole messages that came with an earlier frame.
    arrived: VecDeque<Value>,
    /// How many data frames came.
    pub(crate) frames: usize,
}

/// How a connection ended, seen from the client.
#[derive(Debug, PartialEq)]
pub(crate) enum End {
    Close(Option<CloseFrame>),
    Lost,
}

impl Client {
    /// Opens a socket at `rest` of the hub's URL; the error is the HTTP status.
    pub(crate) async fn open(server: &TestServer, rest: &str) -> Result<Self, u16> {
        match connect_async(server.url("ws", rest)).await {
            Ok((socket, _)) => Ok(Self { socket, arrived: VecDeque::new(), frames: 0 }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Connects without negotiation and shakes hands.
    pub(crate) async fn connect(server: &TestServer, user: &str) -> Self {
        let mut client = Self::open(server, &format!("?access_token={user}")).await.unwrap();
        client.send(&json!({ "protocol": "json", "version": 1 })).await;
        assert_eq!(client.next().await, json!({}));
        client
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.send_text(format!("{message}{END}")).await;
    }

    pub(crate) async fn send_text(&mut self, text: impl Into<String>) {
        self.socket.send(Message::text(text.into())).await.unwrap();
    }

    pub(crate) async fn invoke(&mut self, id: &str, method: &str, arguments: Value) {
        self.send(&json!({ "type": 1, "invocationId": id, "target": method, "arguments": arguments })).await;
    }

    /// Calls and returns `result` or `error` of the answer.
    pub(crate) async fn call(&mut self, method: &str, arguments: Value) -> Result<Value, String> {
        self.invoke("c", method, arguments).await;
        let mut answer = self.next().await;
        assert_eq!((&answer["type"], &answer["invocationId"]), (&json!(3), &json!("c")), "{answer}");
        match answer["error"].take() {
            Value::String(error) => Err(error),
            _ => Ok(answer["result"].take()),
        }
    }

    /// The next hub message that is no ping.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let message = self.next_or_end().await.expect("a message and not the end");
            if message != json!({ "type": 6 }) {
                return message;
            }
        }
    }

    /// The next hub message, or how the connection ended.
    pub(crate) async fn next_or_end(&mut self) -> Result<Value, End> {
        loop {
            if let Some(message) = self.arrived.pop_front() {
                return Ok(message);
            }
            match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("something within ten seconds") {
                Some(Ok(Message::Text(text))) => {
                    self.frames += 1;
                    let whole = text.as_str().strip_suffix(END).expect("only whole messages");
                    self.arrived.extend(whole.split(END).map(|m| serde_json::from_str::<Value>(m).unwrap()));
                }
                Some(Ok(Message::Close(frame))) => return Err(End::Close(frame)),
                Some(Ok(Message::Pong(_))) => {}
                Some(Ok(other)) => panic!("{other:?}"),
                Some(Err(_)) | None => return Err(End::Lost),
            }
        }
    }

    /// Reads on to the end; returns the hub's last message, which must be a Close.
    pub(crate) async fn closed(&mut self) -> Value {
        let mut last = Value::Null;
        loop {
            match self.next_or_end().await {
                Ok(message) => last = message,
                Err(End::Close(_)) => return last,
                Err(End::Lost) => panic!("lost after {last}"),
            }
        }
    }
}
