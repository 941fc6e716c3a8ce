//! A small HTTP server that stands for another service where that is tested elsewhere.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use serde_json::Value;
use std::{net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, task::JoinSet};
use url::Url;

/// A request that a [`Stub`] got.
#[derive(Debug, Clone)]
pub struct StubRequest {
    /// In capitals.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Behind the question mark.
    pub query: String,
    /// The bearer token, or what else `Authorization` holds.
    pub authorization: Option<String>,
    /// The body as JSON; null when it is none.
    pub json: Value,
    /// The body as text.
    pub text: String,
}

/// What a [`Stub`] answers: a status and a JSON body. `None` cuts the connection.
pub type StubAnswer = Option<(u16, Value)>;

type Handler = Arc<dyn Fn(StubRequest) -> StubAnswer + Send + Sync>;

/// The server; it stops when dropped.
#[derive(Debug)]
pub struct Stub {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Stub {
    /// Answers every request as `handler` says.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(handler: impl Fn(StubRequest) -> StubAnswer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let handler: Handler = Arc::new(handler);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let handler = Arc::clone(&handler);
                connections.spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&handler), request));
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, _tasks: tasks }
    }

    /// Where it is.
    ///
    /// # Panics
    /// Never: the address was bound.
    pub fn url(&self) -> Url {
        format!("http://{}/", self.address).parse().expect("an address makes a URL")
    }
}

async fn answer(handler: Handler, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
    let request = StubRequest {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: authorization.map(|value| value.strip_prefix("Bearer ").unwrap_or(value).to_owned()),
        json: serde_json::from_slice(&bytes).unwrap_or_default(),
        text: String::from_utf8_lossy(&bytes).into_owned(),
    };
    let (status, body) = handler(request).ok_or_else(|| std::io::Error::other("the stub cuts the connection"))?;
    let media_type = if status < 400 { "application/json" } else { "application/problem+json" };
    let response = Response::builder().status(status).header("content-type", media_type);
    Ok(response.body(Full::from(body.to_string())).expect("a status and a header"))
}
