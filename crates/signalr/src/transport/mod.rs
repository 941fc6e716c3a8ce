//! Transports: how the bytes of a connection travel. Each transport is a file.

mod websocket;

pub(crate) use websocket::WebSocket;

use crate::{
    connection::{Activity, SendQueue},
    protocol::Protocol,
};
use bytes::Bytes;
use std::task::{Context, Poll};

/// What arrives on a transport.
#[derive(Debug)]
pub(crate) enum Received {
    /// Bytes of one or more hub messages, not necessarily whole ones.
    Data(Bytes),
    /// The client closed the line in order.
    Closed,
    /// The line broke.
    Lost(String),
    /// The client sent what this transport does not allow.
    Violation(String),
}

/// A line to one client, polled by the connection's task alone.
pub(crate) trait Transport: Send + Unpin + 'static {
    /// The protocol was agreed on: it decides the kind of frame.
    fn agree(&mut self, protocol: Protocol);

    /// Sends what `queue` holds, as much at once as the line takes. Ready when nothing is left.
    fn poll_send(&mut self, cx: &mut Context<'_>, queue: &SendQueue, activity: &Activity) -> Poll<Result<(), String>>;

    /// The next bytes from the client.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Received>;

    /// Sends `last`, tells the client that the line ends and waits until it has taken note. `violation` says that
    /// it ends because the client broke the rules.
    fn poll_finish(&mut self, cx: &mut Context<'_>, last: &mut Option<Bytes>, violation: bool) -> Poll<()>;
}
