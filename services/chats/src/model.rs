//! Values with rules.

use securechat_auth_verify::{Epochs, InvalidToken, User};
use securechat_contracts::{
    Permission,
    dto::{Actor, MessageView, PersonRef},
};
use securechat_kernel::{ChatId, UserId};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Who acts, and what she may do: from her own token, or on her behalf through the hub.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    permissions: Vec<Permission>,
}

impl Person {
    /// The person whom the hub names. The hub verified her token when she connected; what happened since is checked here.
    pub(crate) fn on_behalf(actor: Actor, epochs: &Epochs) -> Result<Self, InvalidToken> {
        if epochs.is_good(actor.user_id, actor.auth_epoch) {
            return Ok(Self { id: actor.user_id, permissions: actor.permissions });
        }
        Err(InvalidToken::Superseded)
    }

    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self { id: user.id, permissions: user.permissions }
    }
}

/// What a message says: 1 to 4,000 characters that are not all blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MessageText(String);

/// Not a message's text.
#[derive(Debug, thiserror::Error)]
#[error("a message has 1 to {} characters and is not blank", MessageText::LENGTH_MAX)]
pub(crate) struct InvalidText;

impl MessageText {
    pub(crate) const LENGTH_MAX: usize = 4_000;

    pub(crate) fn parse(text: &str) -> Result<Self, InvalidText> {
        let fits = !text.trim().is_empty() && text.chars().count() <= Self::LENGTH_MAX;
        let readable = !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
        if fits && readable { Ok(Self(text.to_owned())) } else { Err(InvalidText) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A room's name: 1 to 80 characters on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoomName(String);

/// Not a room's name.
#[derive(Debug, thiserror::Error)]
#[error("a room's name has 1 to 80 characters on one line")]
pub(crate) struct InvalidRoomName;

impl RoomName {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidRoomName> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= 80 && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidRoomName) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Two different people, the smaller id first: the same pair whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) low: UserId,
    pub(crate) high: UserId,
}

impl Pair {
    /// None when both are one.
    pub(crate) fn of(a: UserId, b: UserId) -> Option<Self> {
        (a != b).then(|| Self { low: a.min(b), high: a.max(b) })
    }
}

/// A private chat or a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ChatKind {
    /// Between two friends.
    Private,
    /// For everybody who was invited.
    Room,
}

impl ChatKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Room => "room",
        }
    }
}

/// A chat as one of its members sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatView {
    /// The chat.
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: ChatId,
    /// Private or room.
    pub(crate) kind: ChatKind,
    /// A room's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// A room's owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub(crate) owner: Option<UserId>,
    /// Its members, at most 100.
    pub(crate) members: Vec<PersonRef>,
    /// How many there are.
    pub(crate) member_count: u64,
    /// The number of its last message; 0 for none.
    pub(crate) last_seq: u64,
    /// How far the member has read.
    pub(crate) read_seq: u64,
    /// How many messages of others stand after that.
    pub(crate) unread: u64,
    /// Its last message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_message: Option<MessageView>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// Grows with every change of members.
    pub(crate) version: u64,
}

/// A member of a chat.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemberView {
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: UserId,
    /// Her user name.
    pub(crate) user_name: String,
    /// What she is in the room.
    pub(crate) role: MemberRole,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) joined_at: OffsetDateTime,
}

/// What somebody is in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MemberRole {
    /// May delete the room.
    Owner,
    /// Everybody else.
    Member,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_names_are_checked() {
        assert!(MessageText::parse("hello\nworld").is_ok());
        assert!(MessageText::parse(&"é".repeat(4_000)).is_ok());
        for wrong in ["", "  \n ", "a\u{0}b", &"x".repeat(4_001)] {
            assert!(MessageText::parse(wrong).is_err());
        }
        assert_eq!(RoomName::parse(" Book club ").unwrap().as_str(), "Book club");
        for wrong in ["", "   ", "a\nb", &"x".repeat(81)] {
            assert!(RoomName::parse(wrong).is_err());
        }
    }

    #[test]
    fn a_pair_is_the_same_whoever_asks() {
        let (a, b) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
        assert_eq!(Pair::of(a, b), Pair::of(b, a));
        assert_eq!(Pair::of(a, a), None);
    }
}
