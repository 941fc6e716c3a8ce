use securechat_kernel::{FriendshipId, FriendshipRequestId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A person, as others see her.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonRef {
    /// Her id.
    #[schema(value_type = uuid::Uuid)]
    pub id: UserId,
    /// Her user name.
    pub user_name: String,
}

/// Where a friendship request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FriendshipRequestState {
    /// Waiting for the requestee.
    Pending,
    /// Accepted: there is a friendship.
    Accepted,
    /// Rejected by the requestee.
    Rejected,
    /// Taken back by the requester.
    Cancelled,
}

impl FriendshipRequestState {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A friendship request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FriendshipRequestView {
    /// The request.
    #[schema(value_type = uuid::Uuid)]
    pub id: FriendshipRequestId,
    /// Who asked.
    pub requester: PersonRef,
    /// Who was asked.
    pub requestee: PersonRef,
    /// Where it stands.
    pub state: FriendshipRequestState,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When its state last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub modified_at: OffsetDateTime,
}

/// A friendship: the same for both, whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FriendshipView {
    /// The friendship.
    #[schema(value_type = uuid::Uuid)]
    pub id: FriendshipId,
    /// The two friends, by id ascending.
    pub users: [PersonRef; 2],
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Answer to `GET /internal/users/{id}/friends`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Friends {
    /// The friends, in no order.
    pub friends: Vec<PersonRef>,
}

/// Body of `POST /internal/users/resolve`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResolvePeople {
    /// At most 500 ids.
    pub ids: Vec<UserId>,
}

/// Answer to `POST /internal/users/resolve`: those that exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct People {
    /// In no order.
    pub people: Vec<PersonRef>,
}

/// Answer to `GET /internal/users/{a}/friends/{b}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AreFriends {
    /// Whether they are friends now.
    pub friends: bool,
}
