//! Bodies that more than one service, or a service and a client, must agree on. camelCase on the wire.

mod account;
mod chats;
mod session;
mod users;

pub use account::{Grant, VerifyCredentials};
pub use chats::{
    Actor, InvitationState, InvitationView, MarkReadFor, Membership, Memberships, MembershipsOf, MembershipsRequest,
    MessageView, Position, ReadMarker, SendMessageFor, SyncFor, SyncStatus, Synced, SyncedChat,
};
pub use session::{FriendPresence, Presence};
pub use users::{
    AreFriends, Friends, FriendshipRequestState, FriendshipRequestView, FriendshipView, People, PersonRef,
    ResolvePeople,
};
