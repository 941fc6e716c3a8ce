//! What the rules forbid.

/// A rule was broken. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleBroken {
    /// Nobody befriends herself. (B-26)
    #[error("you cannot ask yourself")]
    Oneself,
    /// A request between the two waits for its answer, from whichever side. (B-25)
    #[error("a request between you two is waiting for its answer")]
    RequestPending,
    /// The two are friends.
    #[error("you are friends already")]
    AlreadyFriends,
    /// The request was accepted, rejected or cancelled before. (B-27)
    #[error("the request has been answered already")]
    AlreadyAnswered,
    /// Only who was asked may accept or reject. (B-08)
    #[error("only the person who was asked may answer")]
    NotTheRequestee,
    /// Only who asked may cancel. (B-08)
    #[error("only the person who asked may cancel")]
    NotTheRequester,
    /// Only one of the two friends may end a friendship. (B-08)
    #[error("only one of the two friends may end the friendship")]
    NotAParty,
}
