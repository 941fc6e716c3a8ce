//! What can go wrong in the service, and what is answered.

use crate::passwords::HashingFailed;
use securechat_contracts::ProblemKind;
use securechat_http_kit::ApiError;

/// A failed use case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Database(#[from] securechat_db::Error),
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
    #[error(transparent)]
    Page(#[from] securechat_pages::RenderError),
    #[error("the user name is taken")]
    UserNameTaken,
    #[error("the e-mail address is taken")]
    EmailTaken,
    #[error("registration is closed")]
    RegistrationClosed,
    #[error("the link is unknown, was used already, or is too old")]
    UnusableLink,
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(error) if error.is_unavailable() => Self::unavailable(error),
            Error::UserNameTaken => Self::new(ProblemKind::UserNameTaken).detail("this name is taken; choose another"),
            Error::EmailTaken => {
                Self::new(ProblemKind::EmailTaken).detail("there is an account with this address; sign in instead")
            }
            Error::RegistrationClosed => Self::new(ProblemKind::Forbidden).detail(error.to_string()),
            Error::UnusableLink => Self::invalid_field("/token", error.to_string()),
            Error::Database(_) | Error::Hashing(_) | Error::Page(_) => Self::internal(error),
        }
    }
}
