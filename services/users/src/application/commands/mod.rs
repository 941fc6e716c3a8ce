//! Commands: each loads aggregates, calls one method of theirs, keeps them and records what happened.

pub(crate) mod answer_friend_request;
pub(crate) mod patch_profile;
pub(crate) mod remove_friend;
pub(crate) mod send_friend_request;
pub(crate) mod set_profile;
