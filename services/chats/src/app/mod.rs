//! The use cases.

mod chats;
mod invitations;
mod messages;
mod people;
mod reading;

pub(crate) use invitations::Answer;
pub(crate) use reading::Range;

use crate::{error::Error, store::Store};
use securechat_auth_verify::{ClientCredentials, Jwks, Peer, Verifier, client};
use securechat_contracts::{Permission, ServiceName};
use securechat_event_bus::{Bus, Options};
use securechat_kernel::{ClockRef, IdGeneratorRef};
use securechat_outbox::{Outbox, Relay};
use securechat_runtime::{Check, Process, StartError};
use std::sync::Arc;

/// The service's parts, wired. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) verifier: Verifier,
    pub(crate) bus: Bus,
    outbox: Outbox,
    users: Peer,
    clock: ClockRef,
    ids: IdGeneratorRef,
}

impl App {
    pub(crate) fn new(config: &securechat_config::Chats, process: &Process) -> Result<Self, StartError> {
        let pool = securechat_db::pool(&config.database)?;
        securechat_db::observe(&pool, &process.metrics);
        let options = Options { metrics: process.metrics.clone(), ..Options::named(ServiceName::Chats.as_str()) };
        let http = client()?;
        let jwks = Jwks::new(&config.tokens, http.clone());
        let tokens = Arc::new(ClientCredentials::new(ServiceName::Chats, &config.identity, http.clone()));
        let (clock, ids) = (process.clock.clone(), process.ids.clone());
        Ok(Self {
            verifier: Verifier::new(ServiceName::Chats, &config.tokens, jwks, clock.clone()),
            bus: Bus::start(config.broker.clone(), options),
            outbox: Outbox::new(pool.clone(), ServiceName::Chats, clock.clone(), ids.clone()).counted(&process.metrics),
            users: Peer::new(ServiceName::Users, &config.users, http, tokens),
            store: Store { pool },
            clock,
            ids,
        })
    }

    pub(crate) fn relay(&self) -> Relay {
        self.outbox.relay(Arc::new(self.bus.clone()), self.bus.connected())
    }

    pub(crate) fn checks(&self) -> Vec<Check> {
        vec![
            Check::needed("database", &self.store, |store| async move { store.ping().await }),
            Check::needed("signing-keys", self.verifier.jwks(), |jwks| async move { jwks.state().await }),
            Check::reported("broker", &self.bus, |bus| async move { bus.state() }),
        ]
    }
}

fn require(person: &crate::model::Person, permission: Permission) -> Result<(), Error> {
    if person.may(permission) { Ok(()) } else { Err(Error::Missing(permission)) }
}
