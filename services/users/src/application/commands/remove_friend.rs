use crate::application::{Error, UnitOfWork};
use securechat_kernel::{FriendshipId, UserId};

/// One of two friends ends the friendship. (W-31)
#[derive(Debug)]
pub(crate) struct RemoveFriend {
    pub(crate) id: FriendshipId,
    pub(crate) by: UserId,
}

pub(crate) async fn handle(uow: &mut impl UnitOfWork, command: &RemoveFriend) -> Result<(), Error> {
    let seen = uow.friendship(command.id).await?.ok_or(Error::NoSuchFriendship)?;
    if !seen.pair.contains(command.by) {
        return Err(Error::BetweenOthers);
    }
    uow.lock(seen.pair).await?;
    let friendship = uow.friendship(command.id).await?.ok_or(Error::NoSuchFriendship)?;
    let event = friendship.end(command.by)?;
    uow.remove_friendship(command.id).await?;
    uow.record(&event).await
}
