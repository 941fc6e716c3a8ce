//! Problem answers (RFC 9457): the kinds, and the body.

use serde::{Deserialize, Serialize};

/// What went wrong, for a program. `docs/errors.md` is generated from this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The request cannot be read as what the operation takes.
    MalformedRequest,
    /// Fields are readable but not allowed; `errors` names each.
    InvalidFields,
    /// No valid access token.
    Unauthenticated,
    /// User name and password do not match.
    InvalidCredentials,
    /// The token lacks a permission or a scope, or the resource's own rule forbids it.
    Forbidden,
    /// The other person is not a friend.
    NotFriends,
    /// The service may not make this call.
    CallerNotAllowed,
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// Somebody already holds the user name.
    UserNameTaken,
    /// Somebody already holds the e-mail address.
    EmailTaken,
    /// The two are friends already.
    AlreadyFriends,
    /// A request between the two is waiting for its answer.
    RequestPending,
    /// The request, or invitation, has been answered already.
    AlreadyAnswered,
    /// The person is a member already.
    AlreadyMember,
    /// The id was used for something else.
    IdReused,
    /// The state of the thing does not allow it.
    Conflict,
    /// The body is larger than the operation takes.
    BodyTooLarge,
    /// The body is not of a media type that the operation takes.
    UnsupportedMediaType,
    /// Too many requests; `Retry-After` tells when to come back.
    TooManyRequests,
    /// Something the service needs is away; `Retry-After` tells when to come back.
    Unavailable,
    /// The service took too long.
    Timeout,
    /// A fault of the service; the log holds more under the request id.
    Internal,
}

impl ProblemKind {
    /// All kinds.
    pub const ALL: [Self; 23] = [
        Self::MalformedRequest,
        Self::InvalidFields,
        Self::Unauthenticated,
        Self::InvalidCredentials,
        Self::Forbidden,
        Self::NotFriends,
        Self::CallerNotAllowed,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::UserNameTaken,
        Self::EmailTaken,
        Self::AlreadyFriends,
        Self::RequestPending,
        Self::AlreadyAnswered,
        Self::AlreadyMember,
        Self::IdReused,
        Self::Conflict,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::TooManyRequests,
        Self::Unavailable,
        Self::Timeout,
        Self::Internal,
    ];

    /// The kebab-case name: the last segment of `type`.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// The sentence for people (`title`).
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::MalformedRequest => ("malformed-request", 400, "The request cannot be read"),
            Self::InvalidFields => ("invalid-fields", 422, "Some fields are not allowed as they are"),
            Self::Unauthenticated => ("unauthenticated", 401, "A valid access token is needed"),
            Self::InvalidCredentials => ("invalid-credentials", 401, "User name and password do not match"),
            Self::Forbidden => ("forbidden", 403, "This is not allowed"),
            Self::NotFriends => ("not-friends", 403, "You are not friends"),
            Self::CallerNotAllowed => ("caller-not-allowed", 403, "This service may not make this call"),
            Self::NotFound => ("not-found", 404, "There is no such thing"),
            Self::MethodNotAllowed => ("method-not-allowed", 405, "The method is not allowed here"),
            Self::UserNameTaken => ("user-name-taken", 409, "This user name is taken"),
            Self::EmailTaken => ("email-taken", 409, "This e-mail address is taken"),
            Self::AlreadyFriends => ("already-friends", 409, "You are friends already"),
            Self::RequestPending => ("request-pending", 409, "A request is waiting for its answer"),
            Self::AlreadyAnswered => ("already-answered", 409, "It has been answered already"),
            Self::AlreadyMember => ("already-member", 409, "The person is a member already"),
            Self::IdReused => ("id-reused", 409, "The id was used for something else"),
            Self::Conflict => ("conflict", 409, "The present state does not allow this"),
            Self::BodyTooLarge => ("body-too-large", 413, "The body is too large"),
            Self::UnsupportedMediaType => ("unsupported-media-type", 415, "The body's media type is not taken here"),
            Self::TooManyRequests => ("too-many-requests", 429, "Too many requests"),
            Self::Unavailable => ("unavailable", 503, "Something this needs is away"),
            Self::Timeout => ("timeout", 504, "It took too long"),
            Self::Internal => ("internal", 500, "The server failed"),
        }
    }
}

/// One field that is not allowed as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

/// The body of an error answer, `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// `/problems/<kind>`.
    #[serde(rename = "type")]
    pub type_: String,
    /// The kind as a sentence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time, and the remedy.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// The request, as `urn:request:<id>`; the log knows it by the same id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instance: Option<String>,
    /// The fields at fault, for `invalid-fields`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
}

impl Problem {
    /// A problem of `kind` without detail.
    pub fn new(kind: ProblemKind) -> Self {
        Self {
            type_: format!("/problems/{}", kind.as_str()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: None,
            instance: None,
            errors: Vec::new(),
        }
    }

    /// The kind, when it is one of ours.
    pub fn kind(&self) -> Option<ProblemKind> {
        let name = self.type_.strip_prefix("/problems/")?;
        ProblemKind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_its_own_name_on_the_wire_and_can_be_read_back() {
        for kind in ProblemKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(Problem::new(kind).kind(), Some(kind));
        }
    }
}
