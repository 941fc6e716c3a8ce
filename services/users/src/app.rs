//! The service's parts, wired; commands each in a transaction of their own.

use crate::application::commands::answer_friend_request::{self, AnswerFriendRequest};
use crate::application::commands::patch_profile::{self, PatchProfile};
use crate::application::commands::remove_friend::{self, RemoveFriend};
use crate::application::commands::send_friend_request::{self, SendFriendRequest, Sent};
use crate::application::commands::set_profile::{self, SetProfile};
use crate::application::{Error, integration};
use crate::infrastructure::mysql::{MySqlUnitOfWork, ReadModel};
use securechat_auth_verify::{Jwks, Verifier, client};
use securechat_contracts::ServiceName;
use securechat_contracts::event::UserRegistered;
use securechat_db::{Connection, Work, work};
use securechat_event_bus::{Bus, Options, Received};
use securechat_kernel::{ClockRef, IdGeneratorRef};
use securechat_outbox::{Inbox, Outbox, Relay};
use securechat_runtime::{Check, Process, StartError};
use std::sync::Arc;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) verifier: Verifier,
    pub(crate) read: ReadModel,
    pub(crate) bus: Bus,
    pub(crate) ids: IdGeneratorRef,
    pub(crate) inbox: Inbox,
    outbox: Outbox,
    clock: ClockRef,
}

impl App {
    pub(crate) fn new(config: &securechat_config::Users, process: &Process) -> Result<Self, StartError> {
        let pool = securechat_db::pool(&config.database)?;
        securechat_db::observe(&pool, &process.metrics);
        let options = Options { metrics: process.metrics.clone(), ..Options::named(ServiceName::Users.as_str()) };
        let (clock, ids) = (process.clock.clone(), process.ids.clone());
        let jwks = Jwks::new(&config.tokens, client()?);
        Ok(Self {
            verifier: Verifier::new(ServiceName::Users, &config.tokens, jwks, clock.clone()),
            bus: Bus::start(config.broker.clone(), options),
            inbox: Inbox::new(pool.clone(), clock.clone()),
            outbox: Outbox::new(pool.clone(), ServiceName::Users, clock.clone(), ids.clone()).counted(&process.metrics),
            read: ReadModel { pool },
            ids,
            clock,
        })
    }

    pub(crate) async fn send_friend_request(&self, command: &SendFriendRequest) -> Result<Sent, Error> {
        let now = self.clock.now();
        self.in_transaction(|tx| {
            work(async move { send_friend_request::handle(&mut self.unit(tx), now, command).await })
        })
        .await
    }

    pub(crate) async fn answer_friend_request(&self, command: &AnswerFriendRequest) -> Result<(), Error> {
        let now = self.clock.now();
        self.in_transaction(|tx| {
            work(async move { answer_friend_request::handle(&mut self.unit(tx), now, command).await })
        })
        .await
    }

    pub(crate) async fn remove_friend(&self, command: &RemoveFriend) -> Result<(), Error> {
        self.in_transaction(|tx| work(async move { remove_friend::handle(&mut self.unit(tx), command).await })).await
    }

    pub(crate) async fn set_profile(&self, command: &SetProfile) -> Result<(), Error> {
        let now = self.clock.now();
        self.in_transaction(|tx| work(async move { set_profile::handle(&mut self.unit(tx), now, command).await })).await
    }

    pub(crate) async fn patch_profile(&self, command: &PatchProfile) -> Result<(), Error> {
        let now = self.clock.now();
        self.in_transaction(|tx| work(async move { patch_profile::handle(&mut self.unit(tx), now, command).await }))
            .await
    }

    pub(crate) async fn user_registered(&self, received: &Received<UserRegistered>) -> Result<(), Error> {
        let (at, event) = (received.time, &received.event);
        let effect = self.inbox.process_once("user-registered", received.id, |tx| {
            work(async move { integration::user_registered(&mut self.unit(tx), at, event).await })
        });
        effect.await.map(|_| ())
    }

    /// One transaction, run again after a deadlock; its events leave when it commits.
    async fn in_transaction<'a, T, W>(&self, closure: W) -> Result<T, Error>
    where
        W: for<'c> FnMut(&'c mut Connection) -> Work<'a, 'c, Result<T, Error>>,
    {
        self.outbox.transaction(closure).await
    }

    fn unit<'t>(&'t self, connection: &'t mut Connection) -> MySqlUnitOfWork<'t> {
        MySqlUnitOfWork::new(connection, &self.outbox)
    }

    pub(crate) fn relay(&self) -> Relay {
        self.outbox.relay(Arc::new(self.bus.clone()), self.bus.connected())
    }

    pub(crate) fn checks(&self) -> Vec<Check> {
        vec![
            Check::needed("database", &self.read, |read| async move { read.ping().await }),
            Check::needed("signing-keys", self.verifier.jwks(), |jwks| async move { jwks.state().await }),
            Check::reported("broker", &self.bus, |bus| async move { bus.state() }),
        ]
    }
}
