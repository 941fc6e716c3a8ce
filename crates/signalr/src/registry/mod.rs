//! Who is connected to this process, and how to reach them: by connection, by user, by group.

mod drain;
mod index;
mod stats;

pub use stats::Stats;

use crate::{
    Close, Connection, Identity, Push,
    connection::{Ending, millis},
};
use index::Index;
use securechat_kernel::ConnectionId;
use stats::Counters;
use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

/// The registry of one hub's connections in this process. Clones share it.
#[derive(Debug)]
pub struct Connections<I>(Arc<Inner<I>>);

#[derive(Debug)]
struct Inner<I> {
    origin: Instant,
    index: RwLock<Index<I>>,
    draining: AtomicBool,
    tasks: TaskTracker,
    counters: Counters,
}

impl<I> Clone for Connections<I> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<I: Identity> Default for Connections<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Identity> Connections<I> {
    /// An empty registry.
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            origin: Instant::now(),
            index: RwLock::default(),
            draining: AtomicBool::new(false),
            tasks: TaskTracker::new(),
            counters: Counters::default(),
        }))
    }

    /// How many connections there are.
    pub fn count(&self) -> usize {
        self.read(Index::len)
    }

    /// What happened so far.
    pub fn stats(&self) -> Stats {
        self.0.counters.stats(self.count())
    }

    /// One connection.
    pub fn get(&self, id: ConnectionId) -> Option<Arc<Connection<I>>> {
        self.read(|index| index.get(id).cloned())
    }

    /// All connections, as they are now.
    pub fn all(&self) -> Vec<Arc<Connection<I>>> {
        self.read(|index| index.all().cloned().collect())
    }

    /// The connections of `user`.
    pub fn of_user(&self, user: &str) -> Vec<Arc<Connection<I>>> {
        self.read(|index| index.user(user).to_vec())
    }

    /// Pushes to one connection; tells whether it is here and took it.
    pub fn send_to_connection(&self, id: ConnectionId, push: &Push) -> bool {
        self.get(id).is_some_and(|connection| self.send(&connection, push))
    }

    /// Pushes to every connection of `user`; returns how many took it.
    pub fn send_to_user(&self, user: &str, push: &Push) -> usize {
        self.read(|index| index.user(user).iter().filter(|connection| self.send(connection, push)).count())
    }

    /// Pushes to every connection in `group`; returns how many took it.
    pub fn send_to_group(&self, group: &str, push: &Push) -> usize {
        self.read(|index| index.group(group).filter(|connection| self.send(connection, push)).count())
    }

    /// Pushes to every connection; returns how many took it.
    pub fn send_to_all(&self, push: &Push) -> usize {
        self.read(|index| index.all().filter(|connection| self.send(connection, push)).count())
    }

    /// Puts a connection into `group`; `false` when it is gone.
    pub fn add_to_group(&self, id: ConnectionId, group: &str) -> bool {
        self.write(|index| index.join(id, group))
    }

    /// Takes a connection out of `group`.
    pub fn remove_from_group(&self, id: ConnectionId, group: &str) {
        self.write(|index| index.leave(id, group));
    }

    /// How many connections are in `group`.
    pub fn group_size(&self, group: &str) -> usize {
        self.read(|index| index.group(group).count())
    }

    /// Closes every connection `which` names; returns how many. `reason` is for the log and the hub.
    pub fn close_where(&self, which: impl Fn(&Connection<I>) -> bool, close: &Close, reason: &'static str) -> usize {
        self.read(|index| index.all().filter(|c| which(c) && c.close(close.clone(), reason)).count())
    }

    /// Shows every connection to `look`, which must not wait.
    pub(crate) fn each(&self, look: impl Fn(&Connection<I>)) {
        self.read(|index| index.all().for_each(|connection| look(connection)));
    }

    pub(crate) fn origin(&self) -> Instant {
        self.0.origin
    }

    pub(crate) fn now(&self) -> u64 {
        millis(self.0.origin)
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// Registers a connection; `false` when its id is taken.
    pub(crate) fn insert(&self, connection: &Arc<Connection<I>>) -> bool {
        let inserted = self.write(|index| index.insert(connection));
        if inserted {
            self.0.counters.opened.fetch_add(1, Relaxed);
            // It shook hands while the drain was already under way.
            if self.draining() {
                connection.close(Close::reconnect(), "drain");
            }
        }
        inserted
    }

    pub(crate) fn remove(&self, connection: &Connection<I>) {
        self.write(|index| index.remove(connection));
    }

    pub(crate) fn count_received(&self) {
        self.0.counters.received.fetch_add(1, Relaxed);
    }

    pub(crate) fn cut(&self, connection: &Connection<I>, ending: Ending) {
        if connection.end(ending) {
            self.0.counters.cut.fetch_add(1, Relaxed);
        }
    }

    /// Whether this process takes no more connections.
    pub(crate) fn draining(&self) -> bool {
        self.0.draining.load(Relaxed)
    }

    fn send(&self, connection: &Connection<I>, push: &Push) -> bool {
        let taken = connection.send(push);
        let counter = if taken { &self.0.counters.pushed } else { &self.0.counters.refused };
        counter.fetch_add(1, Relaxed);
        taken
    }

    fn read<R>(&self, run: impl FnOnce(&Index<I>) -> R) -> R {
        run(&self.0.index.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<R>(&self, run: impl FnOnce(&mut Index<I>) -> R) -> R {
        run(&mut self.0.index.write().unwrap_or_else(PoisonError::into_inner))
    }
}
