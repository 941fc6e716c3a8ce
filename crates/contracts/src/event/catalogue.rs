use super::{
    AccessChanged, AnnounceRequested, ChatCreated, ChatDeleted, ConnectionActive, ConnectionClosed, ConnectionOpened,
    ConnectionsAnnounced, EmailConfirmed, Event, FriendshipCreated, FriendshipDeleted, FriendshipRequestAnswered,
    FriendshipRequested, InvitationAnswered, InvitationCreated, MemberJoined, MemberLeft, MessagePosted, NotifyUsers,
    PresenceChanged, ReadMarkerMoved, ReplicaHeartbeat, Typing, UserRegistered,
};
use serde_json::Value;
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

/// What can be said of an event without having one.
#[derive(Debug, Clone, Copy)]
pub struct Described {
    /// Its name on the wire.
    pub type_: &'static str,
    /// The name of its schema.
    pub name: fn() -> std::borrow::Cow<'static, str>,
    /// Its schema.
    pub schema: fn() -> RefOr<Schema>,
    /// The schemas that its own refers to, by name.
    pub referred: fn(&mut Vec<(String, RefOr<Schema>)>),
    /// Reads an event and writes it again; its subject.
    pub round: fn(&Value) -> Result<(Value, String), serde_json::Error>,
}

/// Every event there is.
pub fn catalogue() -> [Described; 24] {
    [
        described::<UserRegistered>(),
        described::<EmailConfirmed>(),
        described::<AccessChanged>(),
        described::<FriendshipRequested>(),
        described::<FriendshipRequestAnswered>(),
        described::<FriendshipCreated>(),
        described::<FriendshipDeleted>(),
        described::<ConnectionOpened>(),
        described::<ConnectionClosed>(),
        described::<ConnectionActive>(),
        described::<ReplicaHeartbeat>(),
        described::<ConnectionsAnnounced>(),
        described::<NotifyUsers>(),
        described::<Typing>(),
        described::<AnnounceRequested>(),
        described::<PresenceChanged>(),
        described::<ChatCreated>(),
        described::<ChatDeleted>(),
        described::<MemberJoined>(),
        described::<MemberLeft>(),
        described::<InvitationCreated>(),
        described::<InvitationAnswered>(),
        described::<MessagePosted>(),
        described::<ReadMarkerMoved>(),
    ]
}

fn described<E: Event + ToSchema>() -> Described {
    Described {
        type_: E::TYPE,
        name: E::name,
        schema: <E as PartialSchema>::schema,
        referred: E::schemas,
        round: |text| {
            let event: E = serde_json::from_value(text.clone())?;
            Ok((serde_json::to_value(&event)?, event.subject()))
        },
    }
}
