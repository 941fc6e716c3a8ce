//! What happens because nothing happened: reloads that took too long, people who fall idle, replicas and REST clients
//! that died, edges that a dying process did not tell. One process at a time sweeps.

use crate::{
    app::App,
    error::Error,
    live::Duty,
    model::{Change, What},
};
use securechat_kernel::{ConnectionId, UserId};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};
use uuid::Uuid;

const TICK: Duration = Duration::from_millis(200);
/// Another process takes over so long after the sweeping one died.
const LOCK: Duration = Duration::from_secs(3);
/// An edge that was not told, or written, for so long is taken up.
const PATIENCE: Duration = Duration::from_secs(3);
const PRUNE_EVERY: Duration = Duration::from_mins(10);
const RECONCILE_BATCH: u32 = 500;

/// Sweeps until dropped.
pub(crate) async fn run(app: App) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sweeper = Sweeper { broker: Steady::new(app.bus.connected()), owner: app.ids.uuid_v7(), pruned: None, app };
    let mut failing = false;
    loop {
        tick.tick().await;
        match sweeper.sweep().await {
            Ok(()) => failing = false,
            // Told once, not five times a second.
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(%error, "sweeping is interrupted");
            }
            Err(_) => {}
        }
    }
}

struct Sweeper {
    app: App,
    owner: Uuid,
    broker: Steady,
    pruned: Option<Instant>,
}

impl Sweeper {
    async fn sweep(&mut self) -> Result<(), Error> {
        self.broker.look();
        let (app, live) = (self.app.clone(), self.app.live.clone());
        if !live.lock(self.owner, LOCK).await? {
            return Ok(());
        }
        app.begin_again().await?;
        for user in live.due().await? {
            app.look(user).await?;
        }
        for (user, connection) in live.unrefreshed().await? {
            expire(&app, user, connection, None, app.clock.now()).await?;
        }
        // Without the broker nobody's heartbeats are heard; after it came back they need their time.
        if self.broker.steady_for(app.replica_expiry) {
            self.expire_replicas().await?;
        }
        self.finish_duties().await?;
        if live.must_reconcile().await? {
            self.reconcile().await?;
        }
        self.prune().await
    }

    /// Tells and writes what a process began and did not finish. Whatever was away is asked once a round.
    async fn finish_duties(&self) -> Result<(), Error> {
        for (user, state) in self.app.live.undone(Duty::Tell, PATIENCE).await? {
            if let Err(error) = self.app.telling.tell(user, &state).await {
                tracing::warn!(%error, "friends are still not told");
                break;
            }
        }
        for (user, state) in self.app.live.undone(Duty::Record, PATIENCE).await? {
            if let Err(error) = self.app.telling.record(user, &state).await {
                tracing::warn!(%error, "the history is still not written");
                break;
            }
        }
        Ok(())
    }

    /// The connections of replicas that were silent for too long are gone. (B-58)
    async fn expire_replicas(&self) -> Result<(), Error> {
        let (app, live) = (&self.app, &self.app.live);
        let before = app.clock.now() - app.replica_expiry;
        for replica in live.silent_replicas(before).await? {
            tracing::warn!(%replica, "a hub replica is dead");
            loop {
                let held = live.held_by(replica).await?;
                for (user, connection) in &held {
                    expire(app, *user, *connection, Some(replica), before).await?;
                }
                let mine = live.lock(self.owner, LOCK).await?;
                if held.is_empty() || !mine || !live.silent_replicas(before).await?.contains(&replica) {
                    break;
                }
            }
            live.forget_replica(replica, before).await?;
        }
        Ok(())
    }

    /// After Redis was lost: whoever is in an open span and was not announced has gone.
    async fn reconcile(&self) -> Result<(), Error> {
        let mut after = None;
        loop {
            let users = self.app.store.with_open_span(after, RECONCILE_BATCH).await?;
            for user in &users {
                self.app.look(*user).await?;
            }
            after = users.last().copied();
            if after.is_none() {
                return Ok(self.app.live.reconciled().await?);
            }
            if !self.app.live.lock(self.owner, LOCK).await? {
                return Ok(());
            }
        }
    }

    async fn prune(&mut self) -> Result<(), Error> {
        if self.pruned.is_some_and(|at| at.elapsed() < PRUNE_EVERY) {
            return Ok(());
        }
        self.pruned = Some(Instant::now());
        let before = self.app.clock.now() - self.app.history;
        while self.app.store.prune(before).await? > 0 {
            tracing::debug!("old history was removed");
        }
        Ok(())
    }
}

async fn expire(
    app: &App,
    user: UserId,
    connection: ConnectionId,
    replica: Option<Uuid>,
    before: OffsetDateTime,
) -> Result<(), Error> {
    app.apply(Change { user, connection, number: 0, what: What::Expired { replica, before } }).await?;
    Ok(())
}

/// For how long the broker has been connected without a break.
struct Steady {
    connected: watch::Receiver<bool>,
    since: Option<Instant>,
}

impl Steady {
    fn new(connected: watch::Receiver<bool>) -> Self {
        Self { connected, since: None }
    }

    fn look(&mut self) {
        let changed = self.connected.has_changed().unwrap_or(true);
        let now = *self.connected.borrow_and_update();
        match (now, changed, self.since) {
            (false, ..) => self.since = None,
            // Also a break shorter than a tick counts.
            (true, true, _) | (true, false, None) => self.since = Some(Instant::now()),
            (true, false, Some(_)) => {}
        }
    }

    fn steady_for(&self, time: Duration) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= time)
    }
}
