//! What the service works with: changes of connections, edges of presence.

use securechat_contracts::dto::Presence;
use securechat_kernel::{ConnectionId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

/// Who holds a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A replica of the hub: its heartbeats keep the connection alive.
    Replica(Uuid),
    /// A client that calls the REST API: its refreshes keep the connection alive until this moment.
    Rest {
        /// When it is gone unless refreshed.
        until: OffsetDateTime,
    },
}

/// What happened to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// It was opened, or somebody did something at it.
    Alive {
        /// Who holds it.
        holder: Holder,
        /// When somebody last did something at it.
        active_at: OffsetDateTime,
    },
    /// Its holder lists it among those it has: unlike [`What::Alive`] this may repeat a number.
    Announced {
        /// Who holds it.
        replica: Uuid,
        /// When somebody last did something at it.
        active_at: OffsetDateTime,
    },
    /// A REST client refreshes it: only what is there can be refreshed.
    Refreshed {
        /// When: somebody is there.
        active_at: OffsetDateTime,
        /// When it is gone unless refreshed again.
        until: OffsetDateTime,
    },
    /// It was closed.
    Closed,
    /// A REST client ends it: only what is there can be ended.
    Ended,
    /// Its replica was not heard of, or its REST client did not refresh it: then it is gone. Ignored when its holder
    /// came back.
    Expired {
        /// Who held it; `None` is a REST client. Another holder's connection stays.
        replica: Option<Uuid>,
        /// The replica was last heard of, or the refresh was due, at this moment or before.
        before: OffsetDateTime,
    },
}

/// A change of one connection. Its number orders it among the connection's changes: older ones are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    /// Whose connection.
    pub(crate) user: UserId,
    /// Which.
    pub(crate) connection: ConnectionId,
    /// Grows with each change of the connection.
    pub(crate) number: u64,
    /// What happened.
    pub(crate) what: What,
}

/// How a person is, since when, and the version of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// How she is.
    pub(crate) presence: Presence,
    /// Since when.
    pub(crate) since: OffsetDateTime,
    /// Grows with each edge, also over a loss of the live state.
    pub(crate) version: u64,
}

/// What a change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing anybody need be told.
    Same,
    /// An edge: friends are to be told.
    Edge(State),
    /// There is no such connection to refresh or end.
    Missing,
}

/// What the history knows of a person whose live state is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Base {
    /// Online when a span is open.
    pub(crate) online: bool,
    /// When the newest span began or ended; absent when there is none.
    pub(crate) since: Option<OffsetDateTime>,
}

impl Base {
    /// Somebody who was never seen.
    pub(crate) const NEVER: Self = Self { online: false, since: None };
}
