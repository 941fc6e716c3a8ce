//! Who consumes which events through a durable queue. Every process declares all of these queues when it meets the broker,
//! so that no event is published before the queue of its consumer exists.

use crate::ServiceName;
use crate::event::{
    ConnectionActive, ConnectionClosed, ConnectionOpened, ConnectionsAnnounced, Event, FriendshipCreated,
    FriendshipDeleted, ReplicaHeartbeat, UserRegistered,
};

/// One service's durable queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// Who consumes; also the queue's name.
    pub consumer: ServiceName,
    /// The event types it takes.
    pub types: &'static [&'static str],
}

/// All durable queues. The hub's replicas have queues of their own, which live as long as they do.
pub const SUBSCRIPTIONS: [Subscription; 3] = [
    Subscription { consumer: ServiceName::Users, types: &[UserRegistered::TYPE] },
    Subscription {
        consumer: ServiceName::Chats,
        types: &[UserRegistered::TYPE, FriendshipCreated::TYPE, FriendshipDeleted::TYPE],
    },
    Subscription {
        consumer: ServiceName::Session,
        types: &[
            ConnectionOpened::TYPE,
            ConnectionClosed::TYPE,
            ConnectionActive::TYPE,
            ReplicaHeartbeat::TYPE,
            ConnectionsAnnounced::TYPE,
        ],
    },
];

/// The event types that `consumer` takes through its durable queue.
pub fn subscribed(consumer: ServiceName) -> &'static [&'static str] {
    SUBSCRIPTIONS.iter().find(|subscription| subscription.consumer == consumer).map_or(&[], |s| s.types)
}
