use crate::application::{Error, UnitOfWork};
use securechat_kernel::{FriendshipId, FriendshipRequestId, UserId};
use securechat_users_domain::Pair;
use time::OffsetDateTime;

/// A pending request is accepted, rejected or taken back. (W-29, A-15)
#[derive(Debug)]
pub(crate) struct AnswerFriendRequest {
    pub(crate) id: FriendshipRequestId,
    pub(crate) by: UserId,
    pub(crate) answer: Answer,
}

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// By the requestee; the friendship gets this id.
    Accept(FriendshipId),
    /// By the requestee.
    Reject,
    /// By the requester.
    Cancel,
}

pub(crate) async fn handle(
    uow: &mut impl UnitOfWork,
    now: OffsetDateTime,
    command: &AnswerFriendRequest,
) -> Result<(), Error> {
    let AnswerFriendRequest { id, by, answer } = *command;
    let seen = uow.request(id).await?.ok_or(Error::NoSuchRequest)?;
    if !seen.concerns(by) {
        return Err(Error::BetweenOthers);
    }
    // Only behind the lock is it certain where the request stands.
    uow.lock(Pair::of(seen.requester, seen.requestee)?).await?;
    let mut request = uow.request(id).await?.ok_or(Error::NoSuchRequest)?;
    match answer {
        Answer::Accept(friendship) => {
            let (friendship, events) = request.accept(by, friendship, now)?;
            uow.save_request(&request).await?;
            uow.add_friendship(&friendship).await?;
            for event in &events {
                uow.record(event).await?;
            }
            return Ok(());
        }
        Answer::Reject => {
            let event = request.reject(by, now)?;
            uow.record(&event).await?;
        }
        Answer::Cancel => {
            let event = request.cancel(by, now)?;
            uow.record(&event).await?;
        }
    }
    uow.save_request(&request).await
}
