//! How a command or query fails.

use securechat_contracts::FieldError;
use securechat_users_domain::RuleBroken;

/// A failed command or query.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Rule(#[from] RuleBroken),
    /// The caller has an account, but the event that makes her known here has not arrived yet.
    #[error("the account is new and not known here yet")]
    NotYetKnown,
    #[error("there is no such person")]
    NoSuchPerson,
    #[error("there is no such friendship request")]
    NoSuchRequest,
    #[error("there is no such friendship")]
    NoSuchFriendship,
    #[error("this is between two other people")]
    BetweenOthers,
    #[error("the id was used for another request")]
    IdReused,
    #[error("some fields are not allowed as they are")]
    InvalidFields(Vec<FieldError>),
    #[error("the patch's test failed: {0}")]
    PatchTest(String),
    #[error("the cursor is none of ours")]
    Cursor,
    #[error(transparent)]
    Database(#[from] securechat_db::Error),
}

impl Error {
    /// One field is not allowed as it is.
    pub(crate) fn invalid_field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::InvalidFields(vec![FieldError { pointer: pointer.into(), detail: detail.into() }])
    }
}
