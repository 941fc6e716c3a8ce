//! Integration events: what one service tells all others, after the fact. The name on the wire is
//! `<service>.<past-tense>.v<n>`; a breaking change is a new version beside the old one.

mod account;
mod catalogue;
mod chats;
mod messaging;
mod session;
mod users;

pub use account::{AccessChanged, EmailConfirmed, UserRegistered};
pub use catalogue::{Described, catalogue};
pub use chats::{
    ChatCreated, ChatDeleted, InvitationAnswered, InvitationCreated, MemberJoined, MemberLeft, MessagePosted,
    ReadMarkerMoved,
};
pub use messaging::{
    AnnouncedConnection, ConnectionActive, ConnectionClosed, ConnectionOpened, ConnectionsAnnounced, NotifyUsers,
    ReplicaHeartbeat, Typing,
};
pub use session::{AnnounceRequested, PresenceChanged};
pub use users::{FriendshipCreated, FriendshipDeleted, FriendshipRequestAnswered, FriendshipRequested};

use serde::{Serialize, de::DeserializeOwned};

/// An integration event.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name on the wire: CloudEvents `type`, and the routing key.
    const TYPE: &'static str;

    /// The id of the aggregate it tells of (CloudEvents `subject`). Events of one subject keep their order.
    fn subject(&self) -> String;

    /// The aggregate's version after it; 0 where order does not matter. Consumers of state ignore older ones.
    fn version(&self) -> u64 {
        0
    }
}

/// Implements [`Event`]: type, the field that is the subject, and the field that is the version.
macro_rules! event {
    ($name:ident, $type:literal, $subject:ident) => {
        impl crate::Event for $name {
            const TYPE: &'static str = $type;
            fn subject(&self) -> String {
                self.$subject.to_string()
            }
        }
    };
    ($name:ident, $type:literal, $subject:ident, $version:ident) => {
        impl crate::Event for $name {
            const TYPE: &'static str = $type;
            fn subject(&self) -> String {
                self.$subject.to_string()
            }
            fn version(&self) -> u64 {
                self.$version
            }
        }
    };
}
use event;
