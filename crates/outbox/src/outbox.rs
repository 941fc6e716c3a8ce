//! Writing events.

use crate::{Relay, store};
use securechat_contracts::{Event, ServiceName};
use securechat_db::{Connection, Error, Pool, Work};
use securechat_event_bus::{Envelope, Publish};
use securechat_kernel::{ClockRef, IdGeneratorRef};
use securechat_metrics::Metrics;
use securechat_trace_context::{Kind, step};
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// A process's outbox. Cheap to clone; all clones share the relay that they wake.
#[derive(Clone)]
pub struct Outbox {
    pub(crate) pool: Pool,
    /// This process: it relays the rows that carry its id.
    pub(crate) owner: Uuid,
    pub(crate) lease: Duration,
    pub(crate) wake: Arc<Notify>,
    pub(crate) metrics: Metrics,
    source: ServiceName,
    clock: ClockRef,
    ids: IdGeneratorRef,
}

impl Outbox {
    /// An outbox in the schema of `pool`.
    pub fn new(pool: Pool, source: ServiceName, clock: ClockRef, ids: IdGeneratorRef) -> Self {
        let owner = ids.uuid_v7();
        let (wake, metrics) = (Arc::default(), Metrics::default());
        Self { pool, owner, lease: Duration::from_secs(15), wake, metrics, source, clock, ids }
    }

    /// The same with another lease: so long after this process died others relay its rows.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The same, telling in `metrics` what waits in it.
    #[must_use]
    pub fn counted(mut self, metrics: &Metrics) -> Self {
        self.metrics = metrics.clone();
        self
    }

    /// [`securechat_db::transaction`] that wakes the relay after the commit.
    ///
    /// # Errors
    /// As there.
    pub async fn transaction<'caller, T, E, W>(&self, closure: W) -> Result<T, E>
    where
        E: From<Error> + StdError + 'static,
        W: for<'connection> FnMut(&'connection mut Connection) -> Work<'caller, 'connection, Result<T, E>>,
    {
        let result = securechat_db::transaction(&self.pool, closure).await;
        // After a failed commit too: it may have happened.
        self.wake();
        result
    }

    /// Writes an event as part of the transaction on `connection`. Call it after the aggregate's row is locked: events of
    /// one aggregate leave in the order of these calls.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub async fn enqueue<E: Event>(&self, connection: &mut Connection, event: &E) -> Result<(), Error> {
        // The step that whoever takes the event goes on from.
        step(Kind::Producer, &format!("create {}", E::TYPE), async {
            let now = self.clock.now();
            let envelope = Envelope::new(event, self.ids.uuid_v7().into(), self.source, now)
                .map_err(|error| Error::Other(sqlx::Error::Encode(Box::new(error))))?;
            store::insert(connection, self.owner, self.lease, now, &envelope).await
        })
        .await
    }

    /// Tells the relay that something was committed.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// The relay of this process; run exactly one. `connected` tells when the broker comes back.
    pub fn relay(&self, publisher: Arc<dyn Publish>, connected: watch::Receiver<bool>) -> Relay {
        Relay::new(self.clone(), publisher, connected)
    }
}
