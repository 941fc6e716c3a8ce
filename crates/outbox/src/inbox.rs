//! Taking events once.

use crate::store;
use securechat_db::{Connection, Error, Pool, Work, work};
use securechat_event_bus::HandlerError;
use securechat_kernel::{ClockRef, EventId};
use std::error::Error as StdError;
use std::time::Duration;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

/// Ids are kept longer than any delivery can be delayed, replayed dead letters included.
const KEEP: time::Duration = time::Duration::days(14);
const PRUNE_EVERY: Duration = Duration::from_hours(1);
const PRUNE_BATCH: u32 = 1_000;

/// A service's inbox.
#[derive(Clone)]
pub struct Inbox {
    pool: Pool,
    clock: ClockRef,
}

impl Inbox {
    /// The inbox in the schema of `pool`.
    pub fn new(pool: Pool, clock: ClockRef) -> Self {
        Self { pool, clock }
    }

    /// Runs `effect` in a transaction unless `consumer` has seen the event before; returns whether it ran. `consumer` names
    /// the handler: two handlers of one event each have their own.
    ///
    /// # Errors
    /// Those of `effect` and of the database; the event then counts as not seen.
    pub async fn process_once<'caller, E, W>(
        &self,
        consumer: &'static str,
        event: EventId,
        effect: W,
    ) -> Result<bool, E>
    where
        E: From<Error> + StdError + Send + 'static,
        W: for<'c> Fn(&'c mut Connection) -> Work<'caller, 'c, Result<(), E>> + Sync,
    {
        let now = self.clock.now();
        let effect = &effect;
        securechat_db::transaction(&self.pool, |tx| {
            work(async move {
                if !first_time(tx, consumer, event, now).await? {
                    return Ok(false);
                }
                effect(tx).await.map(|()| true)
            })
        })
        .await
    }

    /// Forgets, every hour until `stop`, ids so old that their events cannot come again.
    pub async fn keep_small(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(PRUNE_EVERY) => {}
            }
            if let Err(error) = self.prune().await {
                tracing::warn!(%error, "old ids stay in the inbox");
            }
        }
    }

    /// Forgets old ids now; returns how many.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn prune(&self) -> Result<u64, Error> {
        let (until, mut forgotten) = (self.clock.now() - KEEP, 0);
        loop {
            let batch = store::forget(&self.pool, until, PRUNE_BATCH).await?;
            forgotten += batch;
            if batch < u64::from(PRUNE_BATCH) {
                return Ok(forgotten);
            }
        }
    }
}

/// Remembers in the transaction on `connection` that `consumer` handles the event; false when it did so before.
///
/// # Errors
/// When the row cannot be written.
pub async fn first_time(
    connection: &mut Connection,
    consumer: &str,
    event: EventId,
    now: OffsetDateTime,
) -> Result<bool, Error> {
    store::remember(connection, consumer, event.0, now).await
}

/// How a handler that met `error` fails: while the database is away the event waits, otherwise it is tried again some
/// times.
pub fn failure<E: StdError + Send + Sync + 'static>(error: E) -> HandlerError {
    if securechat_db::unavailable(&error) {
        HandlerError::Unavailable(Box::new(error))
    } else {
        HandlerError::Failed(Box::new(error))
    }
}
