//! People, friendship requests and friendships: the rules, and nothing else.
//!
//! Aggregates decide; their methods return what happened as a [`DomainEvent`] and dispatch nothing. Repositories (traits in
//! [`repository`]) keep them. There is at most one pending request, and one friendship, between two people, whoever asked
//! whom: that is why both are looked up by [`Pair`].

pub mod error;
pub mod event;
pub mod friendship;
pub mod friendship_request;
pub mod pair;
pub mod profile;
pub mod repository;
pub mod user;

pub use error::RuleBroken;
pub use event::DomainEvent;
pub use friendship::Friendship;
pub use friendship_request::{FriendshipRequest, RequestState};
pub use pair::Pair;
pub use profile::{Age, InvalidProfileField, Location, Profile, Sex};
pub use user::User;
