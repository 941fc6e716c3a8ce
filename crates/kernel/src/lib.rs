//! Plain values that every part of SecureChat shares: ids, clock, id generator and pages.
//!
//! Nothing here does I/O or knows a service. A type belongs here only when two services break without it.

pub mod clock;
pub mod id;
pub mod page;
pub mod random;

pub use clock::{Clock, ClockRef, SystemClock};
pub use id::{
    ChatId, ConnectionId, EventId, FriendshipId, FriendshipRequestId, IdGenerator, IdGeneratorRef, InvalidId,
    InvitationId, MessageId, SessionId, SignInId, SystemIds, UserId,
};
pub use page::{Page, PageRequest};
pub use random::{Random, RandomRef, SystemRandom};
