//! Where aggregates are kept. All methods of one value work in one transaction.

use crate::friendship_request::Between;
use crate::{Friendship, FriendshipRequest, Pair, User};
use securechat_kernel::{FriendshipId, FriendshipRequestId, UserId};

/// People.
pub trait Users {
    /// Why it failed.
    type Error;

    /// Finds somebody, and keeps others from changing her until the transaction ends.
    fn user(&mut self, id: UserId) -> impl Future<Output = Result<Option<User>, Self::Error>> + Send;

    /// Whether there is such a person.
    fn knows(&mut self, id: UserId) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Adds somebody; somebody who is there already stays as she is.
    fn add_user(&mut self, user: &User) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Keeps the profile.
    fn save_profile(&mut self, user: &User) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Requests.
pub trait FriendshipRequests {
    /// Why it failed.
    type Error;

    /// Finds a request.
    fn request(
        &mut self,
        id: FriendshipRequestId,
    ) -> impl Future<Output = Result<Option<FriendshipRequest>, Self::Error>> + Send;

    /// Adds a request.
    fn add_request(&mut self, request: &FriendshipRequest) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Keeps a request's state.
    fn save_request(&mut self, request: &FriendshipRequest) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Friendships.
pub trait Friendships {
    /// Why it failed.
    type Error;

    /// Lets nobody else change anything between the two until the transaction ends. To be called before anything
    /// between them is looked at, or two crossing requests could both pass. (B-25)
    fn lock(&mut self, pair: Pair) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// What there is between the two.
    fn between(&mut self, pair: Pair) -> impl Future<Output = Result<Between, Self::Error>> + Send;

    /// Finds a friendship.
    fn friendship(&mut self, id: FriendshipId) -> impl Future<Output = Result<Option<Friendship>, Self::Error>> + Send;

    /// Adds a friendship.
    fn add_friendship(&mut self, friendship: &Friendship) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Removes a friendship.
    fn remove_friendship(&mut self, id: FriendshipId) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
