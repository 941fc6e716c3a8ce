//! What can go wrong in the service, and what is answered.

use securechat_auth_verify::PeerError;
use securechat_contracts::{Permission, ProblemKind};
use securechat_http_kit::ApiError;

/// A failed use case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Database(#[from] securechat_db::Error),
    #[error(transparent)]
    Peer(#[from] PeerError),
    #[error("there is no such chat, or you are not a member")]
    NoChat,
    #[error("there is no such person")]
    NoPerson,
    #[error("there is no such invitation")]
    NoInvitation,
    #[error("the permission {0} is missing")]
    Missing(Permission),
    #[error("only the owner, or a moderator, may do this")]
    NotOwner,
    #[error("you are not friends")]
    NotFriends,
    #[error("this works in rooms only")]
    NotARoom,
    #[error("the person is a member already")]
    AlreadyMember,
    #[error("the person is invited already")]
    AlreadyInvited,
    #[error("the invitation was answered already")]
    AlreadyAnswered,
    #[error("the id was used for something else")]
    IdReused,
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Database(error) if error.is_unavailable() => return Self::unavailable(error),
            Error::Database(error) => return Self::internal(error),
            Error::Peer(error) => return error.into(),
            Error::NoChat | Error::NoPerson | Error::NoInvitation => ProblemKind::NotFound,
            Error::Missing(_) | Error::NotOwner => ProblemKind::Forbidden,
            Error::NotFriends => ProblemKind::NotFriends,
            Error::NotARoom => ProblemKind::Conflict,
            Error::AlreadyMember => ProblemKind::AlreadyMember,
            Error::AlreadyInvited => ProblemKind::RequestPending,
            Error::AlreadyAnswered => ProblemKind::AlreadyAnswered,
            Error::IdReused => ProblemKind::IdReused,
        };
        Self::new(kind).detail(error.to_string())
    }
}
