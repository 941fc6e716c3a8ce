//! The use cases.

use crate::{
    announce::Announcer,
    error::Error,
    friends::Friends,
    live::{Applied, Live},
    model::{Base, Change, Holder, Outcome, What},
    store::{Span, Store},
    telling::Telling,
};
use securechat_auth_verify::{ClientCredentials, Jwks, Verifier, client};
use securechat_config::Session;
use securechat_contracts::{
    ServiceName,
    dto::{FriendPresence, Presence},
};
use securechat_event_bus::{Bus, Options};
use securechat_kernel::{ClockRef, ConnectionId, IdGeneratorRef, Page, PageRequest, SessionId, UserId};
use securechat_runtime::{Check, Process, StartError};
use securechat_users_client::UsersClient;
use std::{sync::Arc, time::Duration};
use time::OffsetDateTime;

/// A change is tried so often while Redis keeps losing its state under it.
const TRIES: usize = 5;

/// The service's parts, wired. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) verifier: Verifier,
    pub(crate) live: Live,
    pub(crate) store: Store,
    pub(crate) telling: Telling,
    pub(crate) announcer: Announcer,
    pub(crate) bus: Bus,
    pub(crate) clock: ClockRef,
    pub(crate) ids: IdGeneratorRef,
    pub(crate) replica_expiry: Duration,
    pub(crate) history: Duration,
    friends: Friends,
    rest_expiry: Duration,
}

impl App {
    pub(crate) fn new(config: &Session, process: &Process) -> Result<Self, StartError> {
        let http = client()?;
        let jwks = Jwks::new(&config.tokens, http.clone());
        let tokens = Arc::new(ClientCredentials::new(ServiceName::Session, &config.identity, http.clone()));
        let friends = Friends(UsersClient::new(&config.users, http, tokens));
        let pool = securechat_db::pool(&config.database)?;
        securechat_db::observe(&pool, &process.metrics);
        let store = Store::new(pool);
        let live = Live::new(config, process.clock.clone())?;
        let bus = Bus::start(
            config.broker.clone(),
            Options { metrics: process.metrics.clone(), ..Options::named("session") },
        );
        let announcer = Announcer { bus: bus.clone(), clock: process.clock.clone(), ids: process.ids.clone() };
        let (clock, ids) = (process.clock.clone(), process.ids.clone());
        Ok(Self {
            verifier: Verifier::new(ServiceName::Session, &config.tokens, jwks, clock.clone()),
            telling: Telling::new(live.clone(), store.clone(), friends.clone(), announcer.clone(), ids.clone()),
            replica_expiry: Duration::from_secs(config.replica_expiry_seconds),
            rest_expiry: Duration::from_secs(config.rest_expiry_seconds),
            history: Duration::from_hours(24) * config.history_days,
            live,
            store,
            announcer,
            bus,
            clock,
            ids,
            friends,
        })
    }

    pub(crate) fn checks(&self) -> Vec<Check> {
        vec![
            Check::needed("database", &self.store, |store| async move { store.ping().await }),
            Check::needed("token-keys", self.verifier.jwks(), |jwks| async move { jwks.state().await }),
            Check::reported("cache", &self.live, |live| async move { live.ping().await }),
            Check::reported("broker", &self.bus, |bus| async move { bus.state() }),
        ]
    }

    /// Applies a change of a connection and begins what an edge demands.
    pub(crate) async fn apply(&self, change: Change) -> Result<Outcome, Error> {
        self.settle(change.user, Some(change)).await
    }

    /// Looks at a person whose presence may have changed by the passing of time.
    pub(crate) async fn look(&self, user: UserId) -> Result<Outcome, Error> {
        self.settle(user, None).await
    }

    async fn settle(&self, user: UserId, change: Option<Change>) -> Result<Outcome, Error> {
        let mut base = None;
        for _ in 0..TRIES {
            match self.live.apply(user, change, base).await? {
                Applied::Done(outcome) => {
                    if let Outcome::Edge(state) = outcome {
                        self.telling.begin(user, state).await;
                    }
                    return Ok(outcome);
                }
                Applied::Lost => self.begin_again().await?,
                Applied::Unknown => base = Some(self.base(user).await),
            }
        }
        Err(Error::Unsettled)
    }

    /// Redis was emptied, or is new: asks every hub replica for its connections. Whoever is in an open span of the
    /// history and was not announced within a replica's expiry has gone meanwhile.
    pub(crate) async fn begin_again(&self) -> Result<(), Error> {
        if self.live.is_complete().await? {
            return Ok(());
        }
        tracing::warn!("Redis holds no presence: every hub replica is asked for its connections");
        self.announcer.ask_for_announcements().await?;
        Ok(self.live.begin(self.clock.now() + self.replica_expiry).await?)
    }

    /// What the history says of somebody whom Redis does not know. Without the history she counts as never seen.
    async fn base(&self, user: UserId) -> Base {
        match self.store.newest(&[user]).await {
            Ok(newest) => newest.get(&user).copied().unwrap_or(Base::NEVER),
            Err(error) => {
                tracing::warn!(%user, %error, "the history is not known");
                Base::NEVER
            }
        }
    }

    /// How a person's friends are. Offline is said as plainly as online. (H-12, B-49)
    pub(crate) async fn friends(&self, user: UserId) -> Result<Vec<FriendPresence>, Error> {
        let friends = self.friends.of(user).await?;
        let known = self.live.read(&friends).await?;
        let forgotten: Vec<UserId> =
            friends.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(friend, _)| *friend).collect();
        let newest = self.store.newest(&forgotten).await?;
        let view = |(user_id, known): (UserId, Option<_>)| {
            let (presence, since) = known.unwrap_or_else(|| {
                let base = newest.get(&user_id).copied().unwrap_or(Base::NEVER);
                (if base.online { Presence::Online } else { Presence::Offline }, base.since)
            });
            FriendPresence { user_id, presence, since }
        };
        Ok(friends.into_iter().zip(known).map(view).collect())
    }

    /// A person's own history. (W-36)
    pub(crate) async fn history(&self, user: UserId, page: &PageRequest) -> Result<Page<Span>, Error> {
        let before: Option<SessionId> = page.cursor().map(str::parse).transpose().map_err(|_| Error::Cursor)?;
        let spans = self.store.spans(user, page, before).await?;
        Ok(Page::from_rows(spans, page.limit(), |span| span.id.to_string()))
    }

    /// A REST client is there. Returns until when.
    pub(crate) async fn create(&self, user: UserId, id: ConnectionId) -> Result<OffsetDateTime, Error> {
        let now = self.clock.now();
        let until = now + self.rest_expiry;
        let what = What::Alive { holder: Holder::Rest { until }, active_at: now };
        self.apply(self.rest(user, id, what)).await?;
        Ok(until)
    }

    /// A REST client is still there.
    pub(crate) async fn refresh(&self, user: UserId, id: ConnectionId) -> Result<(), Error> {
        let now = self.clock.now();
        let what = What::Refreshed { active_at: now, until: now + self.rest_expiry };
        found(self.apply(self.rest(user, id, what)).await?)
    }

    /// A REST client has gone.
    pub(crate) async fn end(&self, user: UserId, id: ConnectionId) -> Result<(), Error> {
        found(self.apply(self.rest(user, id, What::Ended)).await?)
    }

    /// A REST connection's number is the time: its client calls one after the other.
    fn rest(&self, user: UserId, connection: ConnectionId, what: What) -> Change {
        let micros = self.clock.now().unix_timestamp_nanos() / 1_000;
        Change { user, connection, number: u64::try_from(micros).unwrap_or(0), what }
    }
}

fn found(outcome: Outcome) -> Result<(), Error> {
    if outcome == Outcome::Missing { Err(Error::NoSession) } else { Ok(()) }
}
