//! Queries: what may be asked of lists. The answers come straight from the database, past the aggregates. (W-33)

pub(crate) mod cursor;
pub(crate) mod friend_requests;
pub(crate) mod people;

pub(crate) use friend_requests::{Direction, RequestFilter};
pub(crate) use people::{Person, UserFilter, UserOrder};
