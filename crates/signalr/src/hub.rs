//! What a program brings: who may connect, what clients may call.

use crate::{Connection, HubRequest};
use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::Value;
use std::{future::Future, sync::Arc};

/// Whom a connection belongs to. Whatever else the hub wants to know per connection lives in the same value.
pub trait Identity: Send + Sync + 'static {
    /// The user's id: [`Connections::send_to_user`](crate::Connections::send_to_user) finds connections by it, and
    /// a connection token is only good for the user who negotiated it.
    fn user(&self) -> &str;
}

/// The server side of a hub. Its futures are boxed when they run, so an idle connection does not carry them.
pub trait Hub: Send + Sync + Sized + 'static {
    /// What a connection knows of its user.
    type Identity: Identity;

    /// Says whose request this is, at negotiate and again at connecting.
    fn authenticate(&self, request: &HubRequest) -> impl Future<Output = Result<Self::Identity, Refusal>> + Send;

    /// A connection has shaken hands and is registered; its invocations wait until this returns. An error closes it.
    fn connected(
        &self,
        connection: &Arc<Connection<Self::Identity>>,
    ) -> impl Future<Output = Result<(), HubError>> + Send;

    /// A client calls `method`, given in ASCII lower case. One call of a connection runs at a time, in order. A call
    /// that runs when the connection ends runs on to its own end.
    fn invoke(
        &self,
        connection: &Arc<Connection<Self::Identity>>,
        method: &str,
        arguments: Vec<Value>,
    ) -> impl Future<Output = Result<Value, HubError>> + Send;

    /// The connection is gone and no longer registered. Called once for each time [`Hub::connected`] was called.
    fn disconnected(
        &self,
        connection: &Arc<Connection<Self::Identity>>,
        reason: Disconnect,
    ) -> impl Future<Output = ()> + Send;
}

/// A call failed; the text reaches the client as the error of its call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HubError(pub String);

impl HubError {
    /// The hub has no such method.
    pub fn unknown_method(method: &str) -> Self {
        Self(format!("Unknown hub method '{method}'"))
    }
}

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Disconnect {
    /// The client closed it in order.
    #[error("closed by the client")]
    Client,
    /// The line broke.
    #[error("the line broke: {0}")]
    Lost(String),
    /// The client said nothing, not even a ping, for the client timeout.
    #[error("the client was silent")]
    Silent,
    /// The client did not take what was sent to it.
    #[error("the client does not keep up")]
    SlowConsumer,
    /// The client broke the protocol.
    #[error("protocol violated: {0}")]
    Protocol(String),
    /// [`Hub::connected`] refused it.
    #[error("refused: {0}")]
    Refused(String),
    /// The server closed it; the reason is the server's own word for it.
    #[error("closed by the server: {0}")]
    Server(&'static str),
}

/// A request that may not connect: the HTTP answer it gets.
#[derive(Debug)]
pub struct Refusal(Box<Response<Bytes>>);

impl Refusal {
    /// Any answer.
    pub fn new(response: Response<Bytes>) -> Self {
        Self(Box::new(response))
    }

    /// A plain problem document (RFC 9457).
    pub fn problem(status: StatusCode, detail: &str) -> Self {
        let title = status.canonical_reason().unwrap_or_default();
        let body = serde_json::json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail,
        });
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = status;
        let json = header::HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        Self::new(response)
    }

    pub(crate) fn with_header(mut self, name: header::HeaderName, value: &'static str) -> Self {
        self.0.headers_mut().insert(name, header::HeaderValue::from_static(value));
        self
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        *self.0
    }
}
