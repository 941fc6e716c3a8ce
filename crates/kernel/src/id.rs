//! Ids: UUIDs in newtypes, so that a chat's id can never be passed where a user's is wanted.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};
use utoipa::openapi::{
    RefOr,
    schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

/// The text is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a UUID")]
pub struct InvalidId(pub String);

fn uuid_schema() -> RefOr<Schema> {
    let format = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId(text.to_owned()))
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                uuid_schema()
            }
        }

        impl ToSchema for $name {}
    )*};
}

ids! {
    /// A person: the account's id, and `sub` of her tokens.
    UserId;
    /// A private chat or a room.
    ChatId;
    /// A chat message, made by the client that wrote it.
    MessageId;
    /// An invitation to a room.
    InvitationId;
    /// A friendship request.
    FriendshipRequestId;
    /// A friendship.
    FriendshipId;
    /// One live connection of a person (a hub connection, or a session made over REST).
    ConnectionId;
    /// One span of presence kept in the history.
    SessionId;
    /// One sign-in at the identity provider: the `sid` of its tokens.
    SignInId;
    /// One integration event.
    EventId;
}

/// Makes ids. Tests pass one that counts.
pub trait IdGenerator: Send + Sync + 'static {
    /// A new UUIDv7 (RFC 9562): unique, and ordered by the time it was made.
    fn uuid_v7(&self) -> Uuid;
}

/// A shared [`IdGenerator`].
pub type IdGeneratorRef = Arc<dyn IdGenerator>;

/// Ids from the machine's clock and random generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl IdGenerator for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
    fn uuid_v7(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_uuid_on_the_wire_and_back() {
        let id: UserId = "0190a1b2-0000-7000-8000-000000000001".parse().unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"0190a1b2-0000-7000-8000-000000000001\"");
        assert_eq!(serde_json::from_str::<UserId>(&json).unwrap(), id);
        assert_eq!("x".parse::<ChatId>(), Err(InvalidId("x".into())));
    }
}
