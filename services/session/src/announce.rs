//! Publishing this service's events.

use crate::{error::Error, model::State};
use securechat_contracts::{
    Event, ServiceName,
    event::{AnnounceRequested, PresenceChanged},
};
use securechat_event_bus::{Bus, Envelope, Publish};
use securechat_kernel::{ClockRef, EventId, IdGeneratorRef, UserId};

#[derive(Clone)]
pub(crate) struct Announcer {
    pub(crate) bus: Bus,
    pub(crate) clock: ClockRef,
    pub(crate) ids: IdGeneratorRef,
}

impl Announcer {
    /// Tells `audience` how `user` is now.
    pub(crate) async fn presence(&self, user: UserId, state: &State, audience: Vec<UserId>) -> Result<(), Error> {
        let State { presence, since, version } = *state;
        self.publish(&PresenceChanged { user_id: user, presence, audience, version, at: since }).await
    }

    /// Asks every hub replica for all its connections.
    pub(crate) async fn ask_for_announcements(&self) -> Result<(), Error> {
        self.publish(&AnnounceRequested { id: self.ids.uuid_v7() }).await
    }

    async fn publish<E: Event>(&self, event: &E) -> Result<(), Error> {
        let id = EventId(self.ids.uuid_v7());
        let envelope = Envelope::new(event, id, ServiceName::Session, self.clock.now())?;
        self.bus.publish(&[envelope]).await.into_iter().collect::<Result<(), _>>()?;
        Ok(())
    }
}
