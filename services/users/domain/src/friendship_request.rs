//! Asking for friendship.

use crate::{DomainEvent, Friendship, Pair, RuleBroken};
use securechat_kernel::{FriendshipId, FriendshipRequestId, UserId};
use time::OffsetDateTime;

/// Where a request stands. Pending is the only state that can be left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestState {
    /// Waiting for the requestee.
    Pending,
    /// Accepted: a friendship was made.
    Accepted,
    /// Rejected by the requestee.
    Rejected,
    /// Taken back by the requester.
    Cancelled,
}

/// A request for friendship: an aggregate. After an answer it is history, and a new request is a new one. (B-12)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FriendshipRequest {
    /// Its id.
    pub id: FriendshipRequestId,
    /// Who asks.
    pub requester: UserId,
    /// Who is asked.
    pub requestee: UserId,
    /// Where it stands.
    pub state: RequestState,
    /// 1 when made, raised by every change.
    pub version: u64,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When its state last changed.
    pub modified_at: OffsetDateTime,
}

impl FriendshipRequest {
    /// `requester` asks `requestee`, between whom there is a pending request and a friendship or not.
    ///
    /// # Errors
    /// [`RuleBroken::Oneself`], [`RuleBroken::AlreadyFriends`], [`RuleBroken::RequestPending`]
    pub fn ask(
        id: FriendshipRequestId,
        requester: UserId,
        requestee: UserId,
        between: Between,
        now: OffsetDateTime,
    ) -> Result<(Self, DomainEvent), RuleBroken> {
        Pair::of(requester, requestee)?;
        if between.friends {
            return Err(RuleBroken::AlreadyFriends);
        }
        if between.request_pending {
            return Err(RuleBroken::RequestPending);
        }
        let state = RequestState::Pending;
        let request = Self { id, requester, requestee, state, version: 1, created_at: now, modified_at: now };
        Ok((request.clone(), DomainEvent::FriendshipRequested(request)))
    }

    /// `by` accepts: the friendship `id` comes to be.
    ///
    /// # Errors
    /// [`RuleBroken::NotTheRequestee`], [`RuleBroken::AlreadyAnswered`]
    pub fn accept(
        &mut self,
        by: UserId,
        id: FriendshipId,
        now: OffsetDateTime,
    ) -> Result<(Friendship, [DomainEvent; 2]), RuleBroken> {
        let pair = Pair::of(self.requester, self.requestee)?;
        self.require_requestee(by)?;
        let answered = self.leave_pending(RequestState::Accepted, now)?;
        let friendship = Friendship { id, pair, created_at: now };
        Ok((friendship.clone(), [answered, DomainEvent::FriendshipCreated(friendship)]))
    }

    /// `by` rejects.
    ///
    /// # Errors
    /// [`RuleBroken::NotTheRequestee`], [`RuleBroken::AlreadyAnswered`]
    pub fn reject(&mut self, by: UserId, now: OffsetDateTime) -> Result<DomainEvent, RuleBroken> {
        self.require_requestee(by)?;
        self.leave_pending(RequestState::Rejected, now)
    }

    /// `by` takes the request back.
    ///
    /// # Errors
    /// [`RuleBroken::NotTheRequester`], [`RuleBroken::AlreadyAnswered`]
    pub fn cancel(&mut self, by: UserId, now: OffsetDateTime) -> Result<DomainEvent, RuleBroken> {
        if by != self.requester {
            return Err(RuleBroken::NotTheRequester);
        }
        self.leave_pending(RequestState::Cancelled, now)
    }

    /// Whether `user` asked or was asked.
    pub fn concerns(&self, user: UserId) -> bool {
        self.requester == user || self.requestee == user
    }

    fn require_requestee(&self, by: UserId) -> Result<(), RuleBroken> {
        if by == self.requestee { Ok(()) } else { Err(RuleBroken::NotTheRequestee) }
    }

    fn leave_pending(&mut self, state: RequestState, now: OffsetDateTime) -> Result<DomainEvent, RuleBroken> {
        if self.state != RequestState::Pending {
            return Err(RuleBroken::AlreadyAnswered);
        }
        self.state = state;
        self.version += 1;
        self.modified_at = now;
        Ok(DomainEvent::FriendshipRequestAnswered(self.clone()))
    }
}

/// What there is between two people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Between {
    /// A request waits for its answer.
    pub request_pending: bool,
    /// They are friends.
    pub friends: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;
    use uuid::Uuid;

    const NOW: OffsetDateTime = datetime!(2026-01-02 12:00 UTC);
    const LATER: OffsetDateTime = datetime!(2026-01-03 12:00 UTC);
    const NOTHING: Between = Between { request_pending: false, friends: false };

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn ask(between: Between) -> Result<(FriendshipRequest, DomainEvent), RuleBroken> {
        FriendshipRequest::ask(Uuid::from_u128(9).into(), user(1), user(2), between, NOW)
    }

    fn pending() -> FriendshipRequest {
        ask(NOTHING).unwrap().0
    }

    fn friendship() -> FriendshipId {
        Uuid::from_u128(7).into()
    }

    /// Proves: W-27, H-14, B-26.
    #[test]
    fn nobody_asks_herself_a_friend_or_while_a_request_waits() {
        assert_eq!(pending().state, RequestState::Pending);
        assert_eq!(ask(Between { friends: true, ..NOTHING }).unwrap_err(), RuleBroken::AlreadyFriends);
        assert_eq!(ask(Between { request_pending: true, ..NOTHING }).unwrap_err(), RuleBroken::RequestPending);
        let herself = FriendshipRequest::ask(Uuid::from_u128(9).into(), user(1), user(1), NOTHING, NOW);
        assert_eq!(herself.unwrap_err(), RuleBroken::Oneself);
    }

    /// Proves: W-29, W-30.
    #[test]
    fn accepting_makes_one_friendship_and_tells_both_facts() {
        let mut request = pending();
        let (friendship, events) = request.accept(user(2), friendship(), LATER).unwrap();
        assert_eq!((request.state, request.version, request.modified_at), (RequestState::Accepted, 2, LATER));
        assert_eq!(friendship.pair, Pair::of(user(1), user(2)).unwrap());
        assert_eq!(
            events,
            [DomainEvent::FriendshipRequestAnswered(request), DomainEvent::FriendshipCreated(friendship)]
        );
    }

    /// Proves: W-29, B-08, H-15.
    #[test]
    fn only_who_was_asked_answers_and_only_who_asked_cancels() {
        for stranger in [user(1), user(3)] {
            assert_eq!(pending().accept(stranger, friendship(), LATER).unwrap_err(), RuleBroken::NotTheRequestee);
            assert_eq!(pending().reject(stranger, LATER), Err(RuleBroken::NotTheRequestee));
        }
        for stranger in [user(2), user(3)] {
            assert_eq!(pending().cancel(stranger, LATER), Err(RuleBroken::NotTheRequester));
        }
    }

    /// Proves: W-29, B-27.
    #[test]
    fn an_answered_request_stays_as_it_was_answered() {
        type Answer = fn(&mut FriendshipRequest) -> Option<RuleBroken>;
        let answers: [Answer; 3] = [
            |request| request.accept(user(2), friendship(), LATER).err(),
            |request| request.reject(user(2), LATER).err(),
            |request| request.cancel(user(1), LATER).err(),
        ];
        for first in answers {
            for second in answers {
                let mut request = pending();
                assert_eq!(first(&mut request), None);
                let answered = request.clone();
                assert_eq!(second(&mut request), Some(RuleBroken::AlreadyAnswered));
                assert_eq!(request, answered);
            }
        }
    }
}
