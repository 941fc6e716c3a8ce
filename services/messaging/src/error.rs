//! What can go wrong, and what a caller of the hub is told: `<problem-kind>: <detail>`.

use securechat_auth_verify::PeerError;
use securechat_contracts::ProblemKind;
use securechat_signalr::HubError;

/// A failed call.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{pointer}: {detail}")]
    Argument { pointer: String, detail: String },
    #[error(transparent)]
    Chats(#[from] PeerError),
    #[error("you are no member of this chat")]
    NotMember,
    #[error("the answer cannot be written: {0}")]
    Answer(#[from] serde_json::Error),
    #[error("there is no method '{0}'")]
    NoMethod(String),
}

impl Error {
    /// What kind of problem it is; a method that does not exist is none.
    pub(crate) fn kind(&self) -> Option<ProblemKind> {
        Some(match self {
            Self::NoMethod(_) => return None,
            Self::Argument { .. } => ProblemKind::InvalidFields,
            Self::NotMember => ProblemKind::NotFound,
            Self::Chats(PeerError::Problem { problem, .. }) => problem.kind().unwrap_or(ProblemKind::Internal),
            Self::Chats(PeerError::Unavailable { .. }) => ProblemKind::Unavailable,
            Self::Chats(PeerError::Unreadable { .. }) | Self::Answer(_) => ProblemKind::Internal,
        })
    }
}

impl From<Error> for HubError {
    fn from(error: Error) -> Self {
        let kind = error.kind().unwrap_or(ProblemKind::NotFound);
        let detail = match &error {
            Error::NoMethod(method) => return Self::unknown_method(method),
            Error::Argument { .. } | Error::NotMember => error.to_string(),
            Error::Chats(PeerError::Problem { problem, .. }) => {
                let fields: Vec<String> =
                    problem.errors.iter().map(|field| format!("{} {}", field.pointer, field.detail)).collect();
                let detail = if fields.is_empty() { problem.detail.clone() } else { Some(fields.join("; ")) };
                detail.unwrap_or_else(|| kind.title().to_owned())
            }
            Error::Chats(PeerError::Unavailable { .. }) => {
                tracing::warn!(%error, "a call cannot be passed on");
                "try again in a moment".to_owned()
            }
            Error::Chats(PeerError::Unreadable { .. }) | Error::Answer(_) => {
                tracing::error!(%error, "a call failed");
                kind.title().to_owned()
            }
        };
        Self(format!("{}: {detail}", kind.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_contracts::{FieldError, Problem, ServiceName};

    fn refused(kind: ProblemKind, change: impl FnOnce(&mut Problem)) -> String {
        let mut problem = Box::new(Problem::new(kind));
        change(&mut problem);
        HubError::from(Error::Chats(PeerError::Problem { callee: ServiceName::Chats, problem })).0
    }

    #[test]
    fn a_refusal_of_chats_keeps_its_kind_and_its_words() {
        assert_eq!(refused(ProblemKind::NotFound, |_| {}), "not-found: There is no such thing");
        let detail = refused(ProblemKind::NotFriends, |p| p.detail = Some("bob is none".into()));
        assert_eq!(detail, "not-friends: bob is none");
        let fields = refused(ProblemKind::InvalidFields, |p| {
            p.errors = vec![FieldError { pointer: "/text".into(), detail: "is empty".into() }];
        });
        assert_eq!(fields, "invalid-fields: /text is empty");
    }

    #[test]
    fn what_is_away_is_told_without_its_name() {
        let away = PeerError::Unavailable { callee: ServiceName::Chats, reason: "10.0.0.7 refused".into() };
        assert_eq!(HubError::from(Error::Chats(away)).0, "unavailable: try again in a moment");
    }
}
