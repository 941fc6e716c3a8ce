//! What `session` is told of this process's connections: numbered events, heartbeats, announcements. Told in the
//! background: a connection waits for no broker.

mod queue;
mod task;

pub(crate) use task::run;

use crate::{person::Person, store::Store};
use queue::{Note, Waiting, What};
use securechat_contracts::{Event, ServiceName};
use securechat_event_bus::{Envelope, EnvelopeError, Publish};
use securechat_kernel::{ClockRef, EventId, IdGeneratorRef};
use securechat_signalr::{Connection, Connections};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::{Notify, watch};

/// So many notes wait for the broker at most, about a megabyte.
const NOTES_MAX: usize = 10_000;
/// The database is asked for a number so often, at least.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Tells of connections. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Reporter(Arc<Inner>);

struct Inner {
    waiting: Mutex<Waiting>,
    wake: Notify,
    /// Of this process among all there ever were: upper half of every number.
    incarnation: OnceLock<u32>,
    counter: AtomicU32,
    connections: Connections<Person>,
    publish: Arc<dyn Publish>,
    connected: watch::Receiver<bool>,
    clock: ClockRef,
    ids: IdGeneratorRef,
}

impl Reporter {
    /// `connected` tells whether `publish` has its broker.
    pub(crate) fn new(
        connections: Connections<Person>,
        publish: Arc<dyn Publish>,
        connected: watch::Receiver<bool>,
        clock: ClockRef,
        ids: IdGeneratorRef,
    ) -> Self {
        let waiting = Mutex::new(Waiting::new(ids.uuid_v7(), NOTES_MAX));
        let (wake, incarnation, counter) = (Notify::new(), OnceLock::new(), AtomicU32::new(0));
        Self(Arc::new(Inner { waiting, wake, incarnation, counter, connections, publish, connected, clock, ids }))
    }

    /// Takes a number from the database, as soon as it is there.
    pub(crate) async fn incarnate(self, store: Store) {
        let mut pause = Duration::from_millis(100);
        loop {
            let id = self.waiting().replica();
            match store.incarnate(id, self.0.clock.now()).await {
                Ok(number) => {
                    // Two to the power of thirty-two starts are further than anybody gets.
                    let _ = self.0.incarnation.set(u32::try_from(number).unwrap_or(u32::MAX));
                    tracing::info!(replica = %id, incarnation = number, "this hub replica has its number");
                    return;
                }
                Err(error) => tracing::warn!(%error, "no number for this hub replica yet"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Whether connections can be numbered; if not, why.
    pub(crate) fn state(&self) -> Result<(), &'static str> {
        self.0.incarnation.get().map(|_| ()).ok_or("the database gave no number")
    }

    pub(crate) fn opened(&self, connection: &Connection<Person>) {
        self.note(connection, What::Opened);
    }

    pub(crate) fn active(&self, connection: &Connection<Person>) {
        self.note(connection, What::Active);
    }

    pub(crate) fn closed(&self, connection: &Connection<Person>) {
        self.note(connection, What::Closed);
    }

    /// Everything is to be announced.
    pub(crate) fn announce(&self) {
        self.waiting().announce();
        self.0.wake.notify_one();
    }

    fn note(&self, connection: &Connection<Person>, what: What) {
        let person = connection.identity();
        let number = self.number();
        person.set_number(number);
        let note = Note { user: person.id, connection: connection.id(), number, what, at: self.0.clock.now() };
        self.waiting().add(note, || self.0.ids.uuid_v7());
        self.0.wake.notify_one();
    }

    /// Greater than all this process, and all before it, ever gave.
    fn number(&self) -> u64 {
        let incarnation = self.0.incarnation.get().copied().unwrap_or(0);
        u64::from(incarnation) << 32 | u64::from(self.0.counter.fetch_add(1, Relaxed))
    }

    fn envelope<E: Event>(&self, event: &E) -> Result<Envelope, EnvelopeError> {
        Envelope::new(event, EventId(self.0.ids.uuid_v7()), ServiceName::Messaging, self.0.clock.now())
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
