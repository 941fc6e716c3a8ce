//! Publishing what was committed.

use crate::{Outbox, store};
use securechat_db::Error;
use securechat_event_bus::{Envelope, Publish, PublishError};
use securechat_metrics::services::{OUTBOX_OLDEST, OUTBOX_PENDING, OUTBOX_TAKEN_OVER};
use securechat_metrics::{NO_LABELS, figure};
use securechat_trace_context::{Kind, TraceContext};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

const BATCH: u32 = 200;
/// How long a stopping process tries to get its last events out.
const FAREWELL: Duration = Duration::from_secs(3);

/// Publishes a process's rows; woken by commits, by the broker's return, and every third of a lease as a safety net.
pub struct Relay {
    outbox: Outbox,
    publisher: Arc<dyn Publish>,
    connected: watch::Receiver<bool>,
}

impl Relay {
    pub(crate) fn new(outbox: Outbox, publisher: Arc<dyn Publish>, connected: watch::Receiver<bool>) -> Self {
        Self { outbox, publisher, connected }
    }

    /// Runs until `stop`; then tries for a moment to publish what is left, and leaves the rest to other replicas.
    pub async fn run(mut self, stop: CancellationToken) {
        let tick = self.outbox.lease / 3;
        let mut next_tick = Instant::now();
        // The bus may end before the relay does; then nothing tells of connections any more.
        let mut told = true;
        loop {
            if Instant::now() >= next_tick {
                self.report(self.keep_house().await);
                next_tick = Instant::now() + tick;
            }
            self.report(self.publish_all().await);
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = self.outbox.wake.notified() => {}
                change = self.connected.changed(), if told => told = change.is_ok(),
                () = tokio::time::sleep_until(next_tick) => {}
            }
        }
        let _ = timeout(FAREWELL, self.publish_all()).await;
        let _ = timeout(FAREWELL, store::give_up(&self.outbox.pool, self.outbox.owner)).await;
    }

    /// Keeps the claim on what could not be published yet, takes over what dead replicas left, and tells what waits.
    async fn keep_house(&self) -> Result<(), Error> {
        let Outbox { pool, owner, lease, metrics, .. } = &self.outbox;
        store::renew(pool, *owner, *lease).await?;
        let claimed = store::claim(pool, *owner, *lease, BATCH * 5).await?;
        if claimed > 0 {
            tracing::info!(claimed, "events of another process are relayed from here");
        }
        metrics.counter(OUTBOX_TAKEN_OVER).with_label_values(NO_LABELS).inc_by(claimed);
        let waiting = store::pending(pool).await?;
        metrics.gauge(OUTBOX_PENDING).with_label_values(NO_LABELS).set(figure(waiting.rows));
        metrics.gauge(OUTBOX_OLDEST).with_label_values(NO_LABELS).set(waiting.oldest_seconds);
        Ok(())
    }

    /// Publishes row after row until none is left or one fails. Deleted is only what the broker has confirmed, so after a
    /// fault an event may go out twice, and never is one of the same aggregate left out before a later one.
    async fn publish_all(&self) -> Result<(), Error> {
        loop {
            let rows = store::owned(&self.outbox.pool, self.outbox.owner, BATCH).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let (ids, envelopes): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.id, row.envelope.0)).unzip();
            let results = published(self.publisher.as_ref(), &envelopes).await;
            let sent: Vec<u64> = ids.iter().zip(&results).filter(|(_, r)| r.is_ok()).map(|(id, _)| *id).collect();
            store::delete(&self.outbox.pool, &sent).await?;
            if let Some(error) = results.iter().find_map(|result| result.as_ref().err()) {
                let waiting = ids.len() - sent.len();
                tracing::debug!(%error, waiting, "events wait in the outbox");
                return Ok(());
            }
        }
    }

    fn report(&self, result: Result<(), Error>) {
        if let Err(error) = result {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(%error, cause, owner = %self.outbox.owner, "the outbox could not be read");
        }
    }
}

/// Publishes, and tells of it as a step of what caused each event.
async fn published(publisher: &dyn Publish, envelopes: &[Envelope]) -> Vec<Result<(), PublishError>> {
    let step = |envelope: &Envelope| {
        TraceContext::after(envelope.traceparent.as_deref()).span(Kind::Producer, &format!("send {}", envelope.type_))
    };
    let spans: Vec<_> = envelopes.iter().map(step).collect();
    let results = publisher.publish(envelopes).await;
    for (span, error) in spans.iter().zip(&results).filter_map(|(span, result)| Some((span, result.as_ref().err()?))) {
        span.record("error", tracing::field::display(error));
    }
    results
}
