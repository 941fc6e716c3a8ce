//! What an edge demands: its friends are told, and the history is written. Each is marked in Redis until it is done, so
//! that another process finishes what a dying one began.

use crate::{
    announce::Announcer,
    error::Error,
    friends::Friends,
    live::{Duty, Live},
    model::State,
    store::Store,
};
use securechat_contracts::dto::Presence;
use securechat_kernel::{IdGeneratorRef, SessionId, UserId};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// So many edges are told at the same time; then whoever makes more of them waits.
const AT_ONCE: usize = 32;

#[derive(Clone)]
pub(crate) struct Telling {
    live: Live,
    store: Store,
    friends: Friends,
    announcer: Announcer,
    ids: IdGeneratorRef,
    slots: Arc<Semaphore>,
}

impl Telling {
    pub(crate) fn new(live: Live, store: Store, friends: Friends, announcer: Announcer, ids: IdGeneratorRef) -> Self {
        Self { live, store, friends, announcer, ids, slots: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Begins what an edge demands; returns when it is its turn, not when it is done.
    pub(crate) async fn begin(&self, user: UserId, state: State) {
        // The semaphore is never closed.
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return };
        let telling = self.clone();
        tokio::spawn(async move {
            let (recorded, told) = tokio::join!(telling.record(user, &state), telling.tell(user, &state));
            for result in [recorded, told] {
                if let Err(error) = result {
                    tracing::warn!(%user, %error, "an edge of presence waits for the sweeper");
                }
            }
            drop(slot);
        });
    }

    /// Tells the friends.
    pub(crate) async fn tell(&self, user: UserId, state: &State) -> Result<(), Error> {
        let audience = self.friends.of(user).await?;
        self.announcer.presence(user, state, audience).await?;
        Ok(self.live.done(Duty::Tell, user, state.version).await?)
    }

    /// Writes the history: a span from coming to going; falling idle is not written.
    pub(crate) async fn record(&self, user: UserId, state: &State) -> Result<(), Error> {
        match state.presence {
            Presence::Offline => self.store.close_span(user, state.since).await?,
            Presence::Online | Presence::Idle => {
                self.store.open_span(SessionId(self.ids.uuid_v7()), user, state.since).await?;
            }
        }
        Ok(self.live.done(Duty::Record, user, state.version).await?)
    }
}
