//! What happened.

use crate::{Friendship, FriendshipRequest};
use securechat_kernel::UserId;

/// A fact, returned by the aggregate's method that made it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainEvent {
    /// Somebody asked somebody.
    FriendshipRequested(FriendshipRequest),
    /// A request was accepted, rejected or cancelled; its state says which.
    FriendshipRequestAnswered(FriendshipRequest),
    /// Two people are friends now.
    FriendshipCreated(Friendship),
    /// Two people are friends no more.
    FriendshipEnded {
        /// The friendship that was.
        friendship: Friendship,
        /// Who ended it.
        by: UserId,
    },
}
