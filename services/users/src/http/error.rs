//! What is answered to a failed command or query.

use crate::application::Error;
use securechat_contracts::ProblemKind;
use securechat_http_kit::ApiError;
use securechat_users_domain::RuleBroken;

/// A new account is known here in about a second.
const NEW_ACCOUNT_SECONDS: u32 = 1;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Rule(rule) => broken(rule),
            Error::NotYetKnown => Self::new(ProblemKind::Unavailable).detail(text).retry_after(NEW_ACCOUNT_SECONDS),
            Error::NoSuchPerson | Error::NoSuchRequest | Error::NoSuchFriendship => Self::not_found().detail(text),
            Error::BetweenOthers => Self::new(ProblemKind::Forbidden).detail(text),
            Error::IdReused => Self::new(ProblemKind::IdReused).detail(text),
            Error::InvalidFields(errors) => Self::invalid_fields(errors),
            Error::PatchTest(_) => Self::new(ProblemKind::Conflict).detail(text),
            Error::Cursor => Self::invalid_field("?cursor", "pass the nextCursor of an earlier page"),
            Error::Database(error) if error.is_unavailable() => Self::unavailable(error),
            Error::Database(error) => Self::internal(error),
        }
    }
}

fn broken(rule: RuleBroken) -> ApiError {
    let kind = match rule {
        RuleBroken::Oneself => return ApiError::invalid_field("/requesteeId", rule.to_string()),
        RuleBroken::RequestPending => ProblemKind::RequestPending,
        RuleBroken::AlreadyFriends => ProblemKind::AlreadyFriends,
        RuleBroken::AlreadyAnswered => ProblemKind::AlreadyAnswered,
        RuleBroken::NotTheRequestee | RuleBroken::NotTheRequester | RuleBroken::NotAParty => ProblemKind::Forbidden,
    };
    ApiError::new(kind).detail(rule.to_string())
}
