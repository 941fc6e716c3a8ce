//! The background work of reporting.

use super::{
    Reporter,
    queue::{Note, What},
};
use crate::person::Person;
use securechat_contracts::event::{
    AnnouncedConnection, ConnectionActive, ConnectionClosed, ConnectionOpened, ConnectionsAnnounced, ReplicaHeartbeat,
};
use securechat_event_bus::{Envelope, EnvelopeError};
use securechat_signalr::Connection;
use std::{sync::Arc, time::Duration};
use tokio::{
    select,
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// So many events are on their way to the broker at the same time.
const BATCH: usize = 200;
const ANNOUNCED_MAX: usize = 1_000;
const PAUSE: Duration = Duration::from_millis(200);
/// The last words of a process may take so long.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Reports until `ended`, when the last connection has gone; then tells what is still to be told.
pub(crate) async fn run(reporter: Reporter, heartbeat: Duration, ended: CancellationToken) {
    let mut beat = interval(heartbeat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut connected = reporter.0.connected.clone();
    loop {
        select! {
            () = ended.cancelled() => break,
            _ = beat.tick() => reporter.beat().await,
            // After an outage silence is not to last until the next beat.
            changed = connected.changed() => match changed {
                Ok(()) if *connected.borrow_and_update() => reporter.beat().await,
                Ok(()) => continue,
                Err(_) => break,
            },
            () = reporter.0.wake.notified() => {}
        }
        while !reporter.waiting().is_empty() && !ended.is_cancelled() && *connected.borrow() {
            if !reporter.tell().await {
                sleep(PAUSE).await;
            }
        }
    }
    let last = async { while !reporter.waiting().is_empty() && reporter.tell().await {} };
    if tokio::time::timeout(LAST_WORDS, last).await.is_err() {
        tracing::warn!("the broker did not hear of the last connections");
    }
}

impl Reporter {
    /// Says that this replica lives.
    async fn beat(&self) {
        let replica = self.waiting().replica();
        let connections = self.0.connections.count() as u64;
        let beat = ReplicaHeartbeat { replica, connections, at: self.0.clock.now() };
        if let Ok(envelope) = self.envelope(&beat)
            && let [Err(error)] = self.0.publish.publish(&[envelope]).await.as_slice()
        {
            tracing::debug!(%error, "a heartbeat was not heard");
        }
    }

    /// Tells some of what waits; `false` when the broker did not take all of it.
    async fn tell(&self) -> bool {
        let (replica, announce, notes) = {
            let mut waiting = self.waiting();
            (waiting.replica(), waiting.take_announce(), waiting.take(BATCH))
        };
        if announce && !self.tell_all(replica).await {
            let mut waiting = self.waiting();
            waiting.announce();
            waiting.give_back(replica, notes.into_iter());
            return false;
        }
        let envelopes: Result<Vec<_>, _> = notes.iter().map(|note| self.written(replica, note)).collect();
        let Ok(envelopes) = envelopes else { return true };
        let results = self.0.publish.publish(&envelopes).await;
        let failed: Vec<Note> =
            notes.into_iter().zip(&results).filter(|(_, result)| result.is_err()).map(|(note, _)| note).collect();
        let all = failed.is_empty();
        self.waiting().give_back(replica, failed.into_iter());
        all
    }

    /// Announces every connection; `false` when the broker did not take all of it.
    async fn tell_all(&self, replica: Uuid) -> bool {
        let (all, at) = (self.0.connections.all(), self.0.clock.now());
        let announced = |connection: &Arc<Connection<Person>>| AnnouncedConnection {
            user_id: connection.identity().id,
            connection_id: connection.id(),
            number: connection.identity().number(),
            active_at: connection.identity().active_at(),
        };
        let events = all.chunks(ANNOUNCED_MAX).map(|chunk| ConnectionsAnnounced {
            replica,
            // Registered, but not yet told of: its opening tells it.
            connections: chunk.iter().map(announced).filter(|connection| connection.number > 0).collect(),
            at,
        });
        let envelopes: Result<Vec<_>, _> = events.map(|event| self.envelope(&event)).collect();
        let Ok(envelopes) = envelopes else { return true };
        self.0.publish.publish(&envelopes).await.iter().all(Result::is_ok)
    }

    fn written(&self, replica: Uuid, note: &Note) -> Result<Envelope, EnvelopeError> {
        let Note { user: user_id, connection: connection_id, number, what, at } = *note;
        match what {
            What::Opened => self.envelope(&ConnectionOpened { user_id, connection_id, replica, number, at }),
            What::Active => self.envelope(&ConnectionActive { user_id, connection_id, replica, number, at }),
            What::Closed => self.envelope(&ConnectionClosed { user_id, connection_id, replica, number, at }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_contracts::Event;
    use securechat_event_bus::MemoryBus;
    use securechat_kernel::{Clock, IdGenerator, SystemClock, SystemIds};
    use securechat_signalr::Connections;
    use tokio::sync::watch;

    fn note(number: u64) -> Note {
        let id = SystemIds.uuid_v7();
        Note { user: id.into(), connection: id.into(), number, what: What::Opened, at: SystemClock.now() }
    }

    /// Proves: H-23.
    #[tokio::test]
    async fn what_the_broker_did_not_take_is_told_again_in_order_and_an_announcement_too() {
        let (bus, connected) = (MemoryBus::new(), watch::Sender::new(true));
        let (connections, broker) = (Connections::new(), Arc::new(bus.clone()));
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let reporter = Reporter::new(connections, broker, connected.subscribe(), clock, ids);
        (1..=3).for_each(|n| reporter.waiting().add(note(n), || panic!("not full")));
        bus.set_away(true);
        assert!(!reporter.tell().await);
        reporter.announce();
        assert!(!reporter.tell().await);
        bus.set_away(false);
        assert!(reporter.tell().await);
        assert!(reporter.waiting().is_empty());
        let opened: Vec<u64> =
            bus.published().iter().filter_map(|e| e.event::<ConnectionOpened>().ok()).map(|e| e.number).collect();
        assert_eq!(opened, [1, 2, 3]);
        // With nobody connected there is nothing to announce.
        assert!(bus.published().iter().all(|envelope| envelope.type_ == ConnectionOpened::TYPE));
    }
}
