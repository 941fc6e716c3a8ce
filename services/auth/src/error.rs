//! What can go wrong in the service, and what is answered.

use crate::keys::KeysError;
use securechat_auth_verify::PeerError;
use securechat_http_kit::ApiError;
use securechat_pages::RenderError;

/// A failed use case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Database(#[from] securechat_db::Error),
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error(transparent)]
    Account(#[from] PeerError),
    #[error("a token cannot be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
    #[error(transparent)]
    Page(#[from] RenderError),
    #[error(transparent)]
    Configuration(#[from] securechat_config::ConfigError),
}

impl Error {
    /// Whether trying again later may help.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Database(error) => error.is_unavailable(),
            Self::Keys(_) | Self::Account(PeerError::Unavailable { .. }) => true,
            Self::Account(_) | Self::Signing(_) | Self::Page(_) | Self::Configuration(_) => false,
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        if error.is_temporary() { Self::unavailable(error) } else { Self::internal(error) }
    }
}
