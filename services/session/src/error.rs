//! What can go wrong in the service, and what is answered.

use crate::live::LiveError;
use securechat_http_kit::ApiError;

/// A failed use case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Database(#[from] securechat_db::Error),
    #[error(transparent)]
    Live(#[from] LiveError),
    #[error("the friends cannot be had: {0}")]
    Users(#[from] securechat_auth_verify::PeerError),
    #[error("nothing can be published: {0}")]
    Bus(#[from] securechat_event_bus::PublishError),
    #[error(transparent)]
    Envelope(#[from] securechat_event_bus::EnvelopeError),
    #[error("the live state keeps getting lost")]
    Unsettled,
    #[error("there is no such live session")]
    NoSession,
    #[error("the cursor is none of ours")]
    Cursor,
}

impl Error {
    /// Whether trying again later may help.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Database(error) => error.is_unavailable(),
            Self::Live(LiveError::Unavailable(_)) | Self::Users(_) | Self::Bus(_) | Self::Unsettled => true,
            Self::Live(LiveError::Unexpected(_)) | Self::Envelope(_) | Self::NoSession | Self::Cursor => false,
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::NoSession => Self::not_found(),
            Error::Cursor => Self::invalid_field("?cursor", "pass the nextCursor of an earlier page"),
            error if error.is_temporary() => Self::unavailable(error),
            error => Self::internal(error),
        }
    }
}
