//! Being friends.

use crate::{DomainEvent, Pair, RuleBroken};
use securechat_kernel::{FriendshipId, UserId};
use time::OffsetDateTime;

/// A friendship: the same for both, whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Friendship {
    /// Its id.
    pub id: FriendshipId,
    /// The friends.
    pub pair: Pair,
    /// Since when.
    pub created_at: OffsetDateTime,
}

impl Friendship {
    /// `by` ends it.
    ///
    /// # Errors
    /// [`RuleBroken::NotAParty`]
    pub fn end(self, by: UserId) -> Result<DomainEvent, RuleBroken> {
        if !self.pair.contains(by) {
            return Err(RuleBroken::NotAParty);
        }
        Ok(DomainEvent::FriendshipEnded { friendship: self, by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;
    use uuid::Uuid;

    /// Proves: W-31, B-08, H-15.
    #[test]
    fn either_friend_and_nobody_else_may_end_it() {
        let user = |n| UserId(Uuid::from_u128(n));
        let friendship = Friendship {
            id: Uuid::from_u128(7).into(),
            pair: Pair::of(user(1), user(2)).unwrap(),
            created_at: datetime!(2026-01-02 12:00 UTC),
        };
        for by in [user(1), user(2)] {
            let ended = DomainEvent::FriendshipEnded { friendship: friendship.clone(), by };
            assert_eq!(friendship.clone().end(by), Ok(ended));
        }
        assert_eq!(friendship.end(user(3)), Err(RuleBroken::NotAParty));
    }
}
