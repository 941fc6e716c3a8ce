//! Two people, in no order.

use crate::RuleBroken;
use securechat_kernel::UserId;

/// Two different people: the same value whichever is named first. (B-25)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair {
    low: UserId,
    high: UserId,
}

impl Pair {
    /// The pair of two people.
    ///
    /// # Errors
    /// [`RuleBroken::Oneself`]
    pub fn of(one: UserId, other: UserId) -> Result<Self, RuleBroken> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Ok(Self { low: one, high: other }),
            std::cmp::Ordering::Greater => Ok(Self { low: other, high: one }),
            std::cmp::Ordering::Equal => Err(RuleBroken::Oneself),
        }
    }

    /// The one with the smaller id.
    pub fn low(&self) -> UserId {
        self.low
    }

    /// The one with the greater id.
    pub fn high(&self) -> UserId {
        self.high
    }

    /// Whether `user` is one of the two.
    pub fn contains(&self, user: UserId) -> bool {
        self.low == user || self.high == user
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// Proves: B-25, B-26, H-14.
    #[test]
    fn a_pair_knows_no_order_and_nobody_is_a_pair_with_herself() {
        let (a, b) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        assert_eq!(Pair::of(a, b), Pair::of(b, a));
        assert_eq!(Pair::of(a, a), Err(RuleBroken::Oneself));
    }
}
