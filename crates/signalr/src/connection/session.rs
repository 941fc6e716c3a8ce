//! The task of one connection: handshake, then messages until one side ends it.

use super::{
    Activity, Close, Connection, Ending, SendQueue,
    farewell::{farewell, finish},
    handshake::handshake,
};
use crate::{
    Connections, Disconnect, Hub, HubError, Identity, Settings,
    protocol::{self, Incoming},
    transport::{Received, Transport},
};
use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture};
use securechat_kernel::ConnectionId;
use serde_json::Value;
use std::{
    collections::VecDeque,
    future::poll_fn,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::time::timeout;

/// So many invocations may wait for the one that runs; then reading stops and the client waits.
const WAITING_MAX: usize = 16;

/// What a finished hub call was.
enum Outcome {
    Connected(Result<(), HubError>),
    Invoked { id: Option<String>, result: Result<Value, HubError> },
}

/// What wakes the task.
enum Event {
    Received(Received),
    Finished(Outcome),
    Ending(Ending),
    Broken(String),
}

/// A call that waits for its turn.
struct Call {
    id: Option<String>,
    target: String,
    arguments: Vec<Value>,
}

/// Runs a connection from the moment its line stands until it is gone. Opening and parting need much room and are
/// short: they are boxed, so that the task of a connection that lives holds hardly more than its [`Session`].
pub(crate) fn run<H: Hub, T: Transport>(
    hub: Arc<H>,
    connections: Connections<H::Identity>,
    settings: Arc<Settings>,
    id: ConnectionId,
    identity: H::Identity,
    transport: T,
) -> impl Future<Output = ()> + Send {
    let opening = Box::pin(open(hub, connections, settings, id, identity, transport));
    async move {
        let Some(mut session) = opening.await else { return };
        let ending = session.serve().await;
        session.connections.remove(&session.connection);
        Box::pin(session.part(ending)).await;
    }
}

/// Shakes hands and registers.
async fn open<H: Hub, T: Transport>(
    hub: Arc<H>,
    connections: Connections<H::Identity>,
    settings: Arc<Settings>,
    id: ConnectionId,
    identity: H::Identity,
    mut transport: T,
) -> Option<Box<Session<H, T>>> {
    let queue = SendQueue::new(settings.send_queue_bytes, settings.send_queue_messages);
    let activity = Activity::new(connections.origin());
    let hello = timeout(settings.handshake_deadline, handshake(&mut transport, &queue, &activity)).await;
    let refusal = match hello {
        Ok(Ok((protocol, inbox))) => {
            queue.answer(protocol::accepted());
            let connection = Arc::new(Connection::new(id, identity, protocol, queue, activity));
            if connections.insert(&connection) {
                let session = Session::new(hub, connections, connection, settings, transport, inbox);
                return Some(Box::new(session));
            }
            "This connection exists already.".to_owned()
        }
        Ok(Err(None)) => {
            finish(&mut transport, None, false).await;
            return None;
        }
        Ok(Err(Some(refusal))) => refusal,
        Err(_) => "Handshake was not received in time.".to_owned(),
    };
    finish(&mut transport, Some(protocol::refused(&refusal)), true).await;
    None
}

struct Session<H: Hub, T> {
    hub: Arc<H>,
    connections: Connections<H::Identity>,
    connection: Arc<Connection<H::Identity>>,
    settings: Arc<Settings>,
    transport: T,
    /// What arrived and is no whole message yet; without memory when there is none.
    inbox: Vec<u8>,
    running: Option<BoxFuture<'static, Outcome>>,
    /// What runs is the hub's greeting and no call.
    greeting: bool,
    waiting: VecDeque<Call>,
}

impl<H: Hub, T: Transport> Session<H, T> {
    /// Lets the hub know of the connection, while the handshake's answer is already on its way.
    fn new(
        hub: Arc<H>,
        connections: Connections<H::Identity>,
        connection: Arc<Connection<H::Identity>>,
        settings: Arc<Settings>,
        transport: T,
        inbox: Vec<u8>,
    ) -> Self {
        let (greeter, greeted) = (Arc::clone(&hub), Arc::clone(&connection));
        let connected = async move { greeter.connected(&greeted).await };
        let running: BoxFuture<'static, Outcome> = Box::pin(unharmed(connected).map(Outcome::Connected));
        let (running, waiting) = (Some(running), VecDeque::new());
        Self { hub, connections, connection, settings, transport, inbox, running, greeting: true, waiting }
    }

    /// Works until the connection ends; returns how it shall end.
    async fn serve(&mut self) -> Ending {
        if let Err(ending) = self.read_messages(None) {
            return ending;
        }
        loop {
            let ending = match poll_fn(|cx| self.poll_event(cx)).await {
                Event::Received(Received::Data(bytes)) => {
                    self.connections.count_received();
                    self.connection.activity.received();
                    self.read_messages(Some(&bytes)).err()
                }
                Event::Received(Received::Closed) => Some(Ending::Close(Close::default(), Disconnect::Client)),
                Event::Received(Received::Lost(error)) | Event::Broken(error) => {
                    Some(Ending::Cut(Disconnect::Lost(error)))
                }
                Event::Received(Received::Violation(error)) => Some(violation(error)),
                Event::Finished(outcome) => self.finished(outcome).err(),
                Event::Ending(ending) => Some(ending),
            };
            if let Some(ending) = ending {
                // From now on nothing more is queued, also when it was not the queue that ended it.
                self.connection.queue.end(ending.clone());
                return ending;
            }
        }
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        self.connection.queue.register(cx.waker());
        // Sending goes first, so that a client that sends without pause still gets its answers.
        if let Poll::Ready(Err(error)) = self.transport.poll_send(cx, &self.connection.queue, &self.connection.activity)
        {
            return Poll::Ready(Event::Broken(error));
        }
        let ending = self.connection.queue.ending();
        if let Some(ending) = ending.as_ref().filter(|ending| !self.owes(ending)) {
            return Poll::Ready(Event::Ending(ending.clone()));
        }
        self.next_call();
        if let Some(running) = &mut self.running
            && let Poll::Ready(outcome) = running.poll_unpin(cx)
        {
            self.running = None;
            return Poll::Ready(Event::Finished(outcome));
        }
        if ending.is_some() {
            return Poll::Pending;
        }
        let paused = self.waiting.len() >= WAITING_MAX;
        self.connection.activity.paused(paused);
        if paused { Poll::Pending } else { self.transport.poll_receive(cx).map(Event::Received) }
    }

    /// Whether the client gets answers before it goes: one that is only sent elsewhere would take its calls for lost.
    fn owes(&self, ending: &Ending) -> bool {
        let elsewhere = matches!(ending, Ending::Close(close, _) if *close == Close::reconnect());
        elsewhere && !self.greeting && (self.running.is_some() || !self.waiting.is_empty())
    }

    /// Takes every whole message out of what arrived.
    fn read_messages(&mut self, arrived: Option<&Bytes>) -> Result<(), Ending> {
        let mut inbox = std::mem::take(&mut self.inbox);
        let mut rest: &[u8] = match arrived {
            Some(bytes) if inbox.is_empty() => bytes,
            Some(bytes) => {
                inbox.extend_from_slice(bytes);
                &inbox
            }
            None => &inbox,
        };
        let protocol = self.connection.protocol;
        while let Some((incoming, length)) =
            protocol.decode(rest, self.settings.max_message_bytes).map_err(|error| violation(error.to_string()))?
        {
            rest = rest.get(length..).unwrap_or_default();
            self.handle(incoming)?;
        }
        self.inbox = rest.to_vec();
        Ok(())
    }

    fn handle(&mut self, incoming: Incoming) -> Result<(), Ending> {
        match incoming {
            Incoming::Invocation { id, target, arguments } => {
                self.waiting.push_back(Call { id, target, arguments });
                self.next_call();
            }
            Incoming::StreamInvocation { id, target } => {
                let error = HubError(format!("Hub method '{target}' does not stream"));
                self.complete(&id, &Err(error));
            }
            Incoming::Close { error } => {
                if let Some(error) = error {
                    tracing::debug!(error, "the client closed with an error");
                }
                return Err(Ending::Close(Close::default(), Disconnect::Client));
            }
            Incoming::Ping | Incoming::Ignored => {}
        }
        Ok(())
    }

    /// Starts the call that waits longest, if none runs and the client takes its answers.
    fn next_call(&mut self) {
        if self.running.is_some() || !self.connection.queue.takes_answers() {
            return;
        }
        let Some(Call { id, target, arguments }) = self.waiting.pop_front() else { return };
        let (hub, connection) = (Arc::clone(&self.hub), Arc::clone(&self.connection));
        let call = async move { hub.invoke(&connection, &target.to_ascii_lowercase(), arguments).await };
        self.running = Some(Box::pin(unharmed(call).map(|result| Outcome::Invoked { id, result })));
    }

    fn finished(&mut self, outcome: Outcome) -> Result<(), Ending> {
        match outcome {
            Outcome::Connected(Ok(())) => self.greeting = false,
            Outcome::Connected(Err(HubError(error))) => {
                return Err(Ending::Close(Close::error(&error), Disconnect::Refused(error)));
            }
            Outcome::Invoked { id: Some(id), result } => self.complete(&id, &result),
            Outcome::Invoked { id: None, result } => {
                if let Err(error) = result {
                    tracing::debug!(%error, "a call without an answer failed");
                }
            }
        }
        self.next_call();
        Ok(())
    }

    fn complete(&self, id: &str, result: &Result<Value, HubError>) {
        let result = result.as_ref().map_err(|HubError(error)| error.as_str());
        self.connection.queue.answer(self.connection.protocol.completion(id, result));
    }

    /// Tells the hub, and the client as far as it still listens. A call that still runs goes on beside it; only a
    /// greeting is waited for.
    async fn part(self: Box<Self>, ending: Ending) {
        let Self { hub, connection, transport, running, greeting, settings, .. } = *self;
        let (Ending::Close(_, reason) | Ending::Cut(reason)) = ending.clone();
        tracing::debug!(connection = %connection.id, user = connection.identity.user(), %reason, "a connection ended");
        let told = async {
            match running {
                Some(running) if greeting => drop(running.await),
                Some(running) => drop(tokio::spawn(running)),
                None => {}
            }
            hub.disconnected(&connection, reason).await;
        };
        tokio::join!(told, farewell(transport, &connection, ending, settings.send_timeout));
    }
}

/// A call that panics is an error of that call, not the end of its connection.
async fn unharmed<R>(call: impl Future<Output = Result<R, HubError>> + Send) -> Result<R, HubError> {
    AssertUnwindSafe(call).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a hub call panicked");
        Err(HubError("An unexpected error occurred".to_owned()))
    })
}

fn violation(error: String) -> Ending {
    Ending::Close(Close::error(format!("Connection closed with an error: {error}")), Disconnect::Protocol(error))
}
