//! One connection: what others see of it. Its task is in `session.rs`, what waits for it in `queue.rs`.

mod activity;
mod farewell;
mod handshake;
mod queue;
mod session;

pub(crate) use activity::{Activity, millis};
pub use queue::Close;
pub(crate) use queue::{Ending, SendQueue};
pub(crate) use session::run;

use crate::{Disconnect, Identity, Push, protocol::Protocol};
use securechat_kernel::ConnectionId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A live connection, shared by its task, the registry and the hub.
#[derive(Debug)]
pub struct Connection<I> {
    id: ConnectionId,
    identity: I,
    protocol: Protocol,
    queue: SendQueue,
    activity: Activity,
    /// The groups it is in; guarded by the registry's lock, and only this list's own mutex is taken inside that.
    groups: Mutex<Vec<Arc<str>>>,
}

impl<I: Identity> Connection<I> {
    pub(crate) fn new(id: ConnectionId, identity: I, protocol: Protocol, queue: SendQueue, activity: Activity) -> Self {
        Self { id, identity, protocol, queue, activity, groups: Mutex::default() }
    }

    /// The id that negotiate told the client.
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// Whose it is.
    pub fn identity(&self) -> &I {
        &self.identity
    }

    /// Queues a push; `false` when the connection is ending.
    pub fn send(&self, push: &Push) -> bool {
        self.queue.push(push.encoded(self.protocol))
    }

    /// Sends what is queued, then `close`, then ends. `reason` reaches [`Hub::disconnected`](crate::Hub::disconnected)
    /// and the log. `false` when it was ending already.
    pub fn close(&self, close: Close, reason: &'static str) -> bool {
        self.queue.end(Ending::Close(close, Disconnect::Server(reason)))
    }

    pub(crate) fn ping(&self) {
        self.queue.answer(self.protocol.ping());
    }

    pub(crate) fn end(&self, ending: Ending) -> bool {
        self.queue.end(ending)
    }

    pub(crate) fn activity(&self) -> &Activity {
        &self.activity
    }

    pub(crate) fn groups(&self) -> MutexGuard<'_, Vec<Arc<str>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
