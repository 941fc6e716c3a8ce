use crate::fixture::{World, id};
use securechat_contracts::{
    dto::{FriendshipRequestState, FriendshipRequestView, FriendshipView, PersonRef, Presence},
    event::{
        FriendshipCreated, FriendshipDeleted, FriendshipRequestAnswered, FriendshipRequested, NotifyUsers,
        PresenceChanged,
    },
};
use securechat_kernel::EventId;
use securechat_test_kit::TestUser;
use serde_json::json;
use time::{OffsetDateTime, macros::datetime};

const AT: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

fn person(user: &TestUser, name: &str) -> PersonRef {
    PersonRef { id: user.id, user_name: name.to_owned() }
}

/// Proves: W-39, W-40, H-24, A-15.
#[tokio::test]
async fn friendship_events_reach_all_connections_of_those_concerned_over_all_replicas() {
    let world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    let (alice, bob, carol) = (TestUser::new(), TestUser::new(), TestUser::new());
    let mut alice_here = world.connect(&one, &alice).await;
    let mut bob_here = world.connect(&one, &bob).await;
    let mut bob_there = world.connect(&other, &bob).await;
    let mut carol_there = world.connect(&other, &carol).await;
    let mut request = FriendshipRequestView {
        id: id().into(),
        requester: person(&alice, "alice"),
        requestee: person(&bob, "bob"),
        state: FriendshipRequestState::Pending,
        created_at: AT,
        modified_at: AT,
    };
    world.publish(&FriendshipRequested { request_id: request.id, request: request.clone(), version: 1 }).await;
    for client in [&mut bob_here, &mut bob_there] {
        let received = client.expect("FriendshipRequestReceived").await;
        assert_eq!(received["requester"], json!({ "id": alice.id, "userName": "alice" }));
        assert_eq!(received["state"], "pending");
    }
    request.state = FriendshipRequestState::Accepted;
    world.publish(&FriendshipRequestAnswered { request_id: request.id, request, version: 2 }).await;
    let friendship =
        FriendshipView { id: id().into(), users: [person(&alice, "alice"), person(&bob, "bob")], created_at: AT };
    let users = friendship.users.clone();
    let friendship_id = friendship.id;
    for client in [&mut alice_here, &mut bob_here, &mut bob_there] {
        assert_eq!(client.expect("FriendshipRequestAnswered").await["state"], "accepted");
    }
    world.publish(&FriendshipCreated { friendship_id, friendship, version: 1 }).await;
    for client in [&mut alice_here, &mut bob_here, &mut bob_there] {
        assert_eq!(client.expect("FriendshipCreated").await["id"], json!(friendship_id));
    }
    world.publish(&FriendshipDeleted { friendship_id, users, deleted_by: alice.id, version: 2 }).await;
    for client in [&mut alice_here, &mut bob_here, &mut bob_there] {
        let deleted = client.expect("FriendshipDeleted").await;
        assert_eq!((&deleted["friendshipId"], &deleted["deletedBy"]), (&json!(friendship_id), &json!(alice.id)));
        assert_eq!(deleted["users"][1]["userName"], "bob");
        assert!(deleted.get("version").is_none());
    }
    carol_there.expect_nothing().await;
}

/// Proves: W-40, A-14, H-24.
#[tokio::test]
async fn presence_reaches_the_audience_and_an_older_edge_does_not_overtake_a_newer_one() {
    let world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    let (alice, bob, carol) = (TestUser::new(), TestUser::new(), TestUser::new());
    let mut bob_there = world.connect(&other, &bob).await;
    let mut carol_here = world.connect(&one, &carol).await;
    let edge =
        |presence, version| PresenceChanged { user_id: alice.id, presence, audience: vec![bob.id], version, at: AT };
    world.publish(&edge(Presence::Online, 10)).await;
    let online = bob_there.expect("UserConnected").await;
    assert_eq!(online, json!({ "userId": alice.id, "at": "2026-01-02T03:04:05Z" }));
    world.publish(&edge(Presence::Idle, 12)).await;
    world.publish(&edge(Presence::Online, 11)).await;
    world.publish(&edge(Presence::Offline, 13)).await;
    bob_there.expect("UserIdle").await;
    bob_there.expect("UserDisconnected").await;
    bob_there.expect_nothing().await;
    carol_here.expect_nothing().await;
}

/// Proves: W-41, B-36.
#[tokio::test]
async fn a_notification_of_any_service_is_one_well_formed_object_for_each_named_person_and_comes_once() {
    let world = World::new().await;
    let hub = world.start().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let (mut first, mut second) = (world.connect(&hub, &alice).await, world.connect(&hub, &bob).await);
    let data = json!({ "title": "Maintenance", "text": null, "inner": { "a": [1] } });
    let event = NotifyUsers {
        id: id(),
        user_ids: vec![alice.id, bob.id],
        method: "ReceiveNotification".to_owned(),
        data: data.as_object().unwrap().clone(),
    };
    let event_id = EventId(id());
    world.publish_as(event_id, &event).await;
    world.publish_as(event_id, &event).await;
    for client in [&mut first, &mut second] {
        assert_eq!(client.expect("ReceiveNotification").await, data);
    }
    world.publish(&NotifyUsers { method: "Last".to_owned(), ..event }).await;
    for client in [&mut first, &mut second] {
        client.expect("Last").await;
    }
}
