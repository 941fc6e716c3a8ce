//! The server: a hub, its connections and its settings, answering the two requests that start a connection.

use crate::{
    Connections, Hub, HubRequest, Identity, Refusal, Settings, connection, heartbeat, token, transport::WebSocket,
};
use bytes::Bytes;
use http::{StatusCode, header};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::{rt::TokioIo, server::conn::auto::upgrade::downcast};
use securechat_kernel::ConnectionId;
use std::{future::Future, sync::Arc};
use tokio::net::TcpStream;

/// A SignalR server around a [`Hub`]. Clones share it.
pub struct Server<H: Hub> {
    pub(crate) hub: Arc<H>,
    pub(crate) connections: Connections<H::Identity>,
    pub(crate) settings: Arc<Settings>,
}

impl<H: Hub> Clone for Server<H> {
    fn clone(&self) -> Self {
        Self { hub: Arc::clone(&self.hub), connections: self.connections.clone(), settings: Arc::clone(&self.settings) }
    }
}

impl<H: Hub> Server<H> {
    /// A server whose connections register in `connections`, which the hub and others may hold too.
    pub fn new(hub: Arc<H>, connections: Connections<H::Identity>, settings: Settings) -> Self {
        Self { hub, connections, settings: Arc::new(settings) }
    }

    /// Keeps connections alive and ends dead ones. Runs for as long as the server does: spawn it once.
    pub fn heartbeat(&self) -> impl Future<Output = ()> + Send + 'static {
        let server = self.clone();
        async move { heartbeat::run(&server.connections, &server.settings).await }
    }

    /// Says whose request this is and that there is room for it.
    pub(crate) async fn admit(&self, request: &HubRequest) -> Result<H::Identity, Refusal> {
        if self.connections.draining() {
            return Err(busy("This replica is shutting down."));
        }
        if self.connections.tasks().len() >= self.settings.max_connections {
            return Err(busy("This replica has all the connections it can take."));
        }
        self.hub.authenticate(request).await
    }

    /// A new connection id and the token with which `identity` may use it on any replica.
    pub(crate) fn invite(&self, identity: &H::Identity) -> Option<(ConnectionId, String)> {
        let id = ConnectionId(self.settings.ids.uuid_v7());
        let expires = self.settings.clock.now() + self.settings.token_lifetime;
        let key = self.settings.keys.first()?;
        Some((id, token::issue(key, id, identity.user(), expires.unix_timestamp())))
    }

    /// The connection id a request brings, or a new one when it skipped negotiation.
    pub(crate) fn connection_id(&self, request: &HubRequest, user: &str) -> Result<ConnectionId, Refusal> {
        let Some(token) = request.query("id") else {
            return Ok(ConnectionId(self.settings.ids.uuid_v7()));
        };
        let now = self.settings.clock.now().unix_timestamp();
        let id = token::verify(&self.settings.keys, token, user, now)
            .map_err(|error| Refusal::problem(StatusCode::NOT_FOUND, &format!("No such connection: {error}.")))?;
        match self.connections.get(id) {
            Some(_) => Err(Refusal::problem(StatusCode::CONFLICT, "This connection is in use.")),
            None => Ok(id),
        }
    }

    /// Runs the connection once hyper has sent the 101 answer and let go of the socket.
    pub(crate) fn serve(&self, id: ConnectionId, identity: H::Identity, upgrade: OnUpgrade) {
        let server = self.clone();
        // Boxed in two steps: what waits for the upgrade is gone from memory when the connection runs.
        self.connections.tasks().spawn(async move {
            match upgrade.await {
                Ok(upgraded) => server.run(id, identity, upgraded),
                Err(error) => tracing::debug!(%error, "the client went away before its upgrade"),
            }
        });
    }

    fn run(self, id: ConnectionId, identity: H::Identity, upgraded: Upgraded) {
        match downcast::<TokioIo<TcpStream>>(upgraded) {
            Ok(parts) => {
                let stream = parts.io.into_inner();
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "TCP_NODELAY can't be set");
                }
                self.start(id, identity, stream, &parts.read_buf);
            }
            // Not a plain TCP listener of hyper-util's: the same over hyper's own wrapping, for a little more memory.
            Err(upgraded) => self.start(id, identity, TokioIo::new(upgraded), &Bytes::new()),
        }
    }

    fn start<S>(self, id: ConnectionId, identity: H::Identity, stream: S, read: &Bytes)
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        // A client may put several messages into one frame: the limit for one message is half the frame's.
        let transport = WebSocket::new(stream, read, self.settings.max_message_bytes.saturating_mul(2));
        let tasks = self.connections.tasks().clone();
        tasks.spawn(connection::run(self.hub, self.connections, self.settings, id, identity, transport));
    }
}

fn busy(detail: &str) -> Refusal {
    Refusal::problem(StatusCode::SERVICE_UNAVAILABLE, detail).with_header(header::RETRY_AFTER, "1")
}
