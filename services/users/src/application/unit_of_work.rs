//! One transaction: aggregates in, aggregates out, and what happened told in the same moment. (W-33, B-23)

use crate::application::Error;
use securechat_users_domain::DomainEvent;
use securechat_users_domain::repository::{FriendshipRequests, Friendships, Users};

/// The repositories of one transaction, and its outbox.
pub(crate) trait UnitOfWork:
    Users<Error = Error> + FriendshipRequests<Error = Error> + Friendships<Error = Error> + Send
{
    /// Has the event told to other services if, and only if, the transaction commits.
    fn record(&mut self, event: &DomainEvent) -> impl Future<Output = Result<(), Error>> + Send;
}
