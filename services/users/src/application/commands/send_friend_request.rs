use crate::application::{Error, UnitOfWork};
use securechat_kernel::{FriendshipRequestId, UserId};
use securechat_users_domain::{FriendshipRequest, Pair};
use time::OffsetDateTime;

/// Somebody asks somebody for friendship. (W-27)
#[derive(Debug)]
pub(crate) struct SendFriendRequest {
    /// Made by the client: sending the command again makes no second request.
    pub(crate) id: FriendshipRequestId,
    pub(crate) requester: UserId,
    pub(crate) requestee: UserId,
}

/// What became of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    New,
    /// The same command was carried out before.
    Before,
}

pub(crate) async fn handle(
    uow: &mut impl UnitOfWork,
    now: OffsetDateTime,
    command: &SendFriendRequest,
) -> Result<Sent, Error> {
    let SendFriendRequest { id, requester, requestee } = *command;
    let pair = Pair::of(requester, requestee)?;
    uow.lock(pair).await?;
    if let Some(known) = uow.request(id).await? {
        let same = (known.requester, known.requestee) == (requester, requestee);
        return if same { Ok(Sent::Before) } else { Err(Error::IdReused) };
    }
    if !uow.knows(requester).await? {
        return Err(Error::NotYetKnown);
    }
    if !uow.knows(requestee).await? {
        return Err(Error::NoSuchPerson);
    }
    let between = uow.between(pair).await?;
    let (request, event) = FriendshipRequest::ask(id, requester, requestee, between, now)?;
    uow.add_request(&request).await?;
    uow.record(&event).await?;
    Ok(Sent::New)
}
