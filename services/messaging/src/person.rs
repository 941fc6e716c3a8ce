//! What a connection knows of its person.

use securechat_auth_verify::User;
use securechat_contracts::{Permission, dto::Actor};
use securechat_kernel::{SignInId, UserId};
use securechat_signalr::Identity;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use time::OffsetDateTime;

/// A connection's person and what was told about the connection. Small: there is one for every connection.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) sid: SignInId,
    pub(crate) auth_epoch: u64,
    permissions: Box<[Permission]>,
    name: Box<str>,
    /// Number of the last event that told of this connection.
    number: AtomicU64,
    /// When somebody last did something here, in milliseconds since 1970.
    active_at: AtomicI64,
    /// When typing was last passed on.
    typed_at: AtomicI64,
}

impl Person {
    pub(crate) fn new(user: &User, now: OffsetDateTime) -> Self {
        Self {
            id: user.id,
            sid: user.sid,
            auth_epoch: user.auth_epoch,
            permissions: user.permissions.as_slice().into(),
            name: user.id.to_string().into(),
            number: AtomicU64::new(0),
            active_at: AtomicI64::new(millis(now)),
            typed_at: AtomicI64::new(0),
        }
    }

    /// In whose name `chats` is called.
    pub(crate) fn actor(&self) -> Actor {
        let Self { id, sid, auth_epoch, .. } = *self;
        Actor { user_id: id, sid, auth_epoch, permissions: self.permissions.to_vec() }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number.load(Relaxed)
    }

    pub(crate) fn set_number(&self, number: u64) {
        self.number.store(number, Relaxed);
    }

    pub(crate) fn active_at(&self) -> OffsetDateTime {
        let nanos = i128::from(self.active_at.load(Relaxed)) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Notes activity; `true` when the last one told is at least `every` ago, so that this one is to be told.
    pub(crate) fn act(&self, now: OffsetDateTime, every: time::Duration) -> bool {
        once_in(&self.active_at, now, every)
    }

    /// The same for typing.
    pub(crate) fn types(&self, now: OffsetDateTime, every: time::Duration) -> bool {
        once_in(&self.typed_at, now, every)
    }
}

fn once_in(last: &AtomicI64, now: OffsetDateTime, every: time::Duration) -> bool {
    let (now, before) = (millis(now), last.load(Relaxed));
    let due = i128::from(now) - i128::from(before) >= every.whole_milliseconds();
    due && last.compare_exchange(before, now, Relaxed, Relaxed).is_ok()
}

fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

impl Identity for Person {
    fn user(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_kernel::{IdGenerator, SystemIds};

    #[test]
    fn activity_is_told_once_in_a_while() {
        let now = time::macros::datetime!(2026-01-01 0:00 UTC);
        let user = User {
            id: SystemIds.uuid_v7().into(),
            sid: SystemIds.uuid_v7().into(),
            auth_epoch: 1,
            client_id: String::new(),
            scopes: Vec::new(),
            permissions: Vec::new(),
            expires_at: now,
        };
        let (person, second) = (Person::new(&user, now), time::Duration::SECOND);
        assert!(!person.act(now, second), "opening the connection was told already");
        assert!(person.act(now + second, second));
        assert!(!person.act(now + second * 1.5, second));
        assert_eq!(person.active_at(), now + second);
        assert!(person.types(now, second) && !person.types(now, second));
    }
}
