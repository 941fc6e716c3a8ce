use super::event;
use crate::dto::{FriendshipRequestView, FriendshipView, PersonRef};
use securechat_kernel::{FriendshipId, FriendshipRequestId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody asked somebody for friendship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FriendshipRequested {
    /// The request's id.
    pub request_id: FriendshipRequestId,
    /// The request.
    pub request: FriendshipRequestView,
    /// The request's version.
    pub version: u64,
}
event!(FriendshipRequested, "users.friendship-requested.v1", request_id, version);

/// A friendship request was accepted, rejected or cancelled: its state says which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FriendshipRequestAnswered {
    /// The request's id.
    pub request_id: FriendshipRequestId,
    /// The request as it is now.
    pub request: FriendshipRequestView,
    /// The request's version.
    pub version: u64,
}
event!(FriendshipRequestAnswered, "users.friendship-request-answered.v1", request_id, version);

/// Two people are friends now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FriendshipCreated {
    /// The friendship's id.
    pub friendship_id: FriendshipId,
    /// The friendship.
    pub friendship: FriendshipView,
    /// Version of the pair: grows over friendships of the same two people.
    pub version: u64,
}
event!(FriendshipCreated, "users.friendship-created.v1", friendship_id, version);

/// Two people are friends no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FriendshipDeleted {
    /// The friendship that ended.
    pub friendship_id: FriendshipId,
    /// The two, by id ascending.
    pub users: [PersonRef; 2],
    /// Who ended it.
    pub deleted_by: UserId,
    /// Version of the pair.
    pub version: u64,
}
event!(FriendshipDeleted, "users.friendship-deleted.v1", friendship_id, version);
