use securechat_contracts::dto::FriendshipRequestState;
use securechat_kernel::UserId;

/// Which requests: all that is given must hold. (W-28, H-17)
#[derive(Debug, Default)]
pub(crate) struct RequestFilter {
    /// Those of this person …
    pub(crate) of: Option<UserId>,
    /// … in this direction.
    pub(crate) direction: Direction,
    /// Those in this state.
    pub(crate) state: Option<FriendshipRequestState>,
}

/// From or to somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    /// She asked or was asked.
    #[default]
    Both,
    /// She was asked.
    Incoming,
    /// She asked.
    Outgoing,
}
