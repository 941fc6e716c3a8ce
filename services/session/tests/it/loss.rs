use crate::fixture::{DEBOUNCE, World, id};
use securechat_contracts::dto::Presence::{Offline, Online};
use securechat_test_kit::TestUser;
use serde_json::json;
use std::time::Duration;

/// Proves: H-11, W-37.
#[tokio::test]
async fn after_redis_was_emptied_replicas_announce_and_friends_hear_only_of_those_who_went() {
    let mut world = World::new().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    world.befriend(alice.id, bob.id);
    let service = world.start_with(|config| config.idle_after_seconds = 100_000).await;
    let replica = id();
    world.expect_asked().await;
    let stays = world.hub.opens(alice.id, replica).await;
    let before = world.expect(alice.id, Online).await;
    let _goes = world.hub.opens(bob.id, replica).await;
    world.expect(bob.id, Online).await;
    world.until_recorded(&service, &alice).await;
    world.until_recorded(&service, &bob).await;
    world.forget_asked();
    world.empty_redis().await;
    world.expect_asked().await;
    world.hub.announce(replica, &[&stays]).await;
    world.expect_nothing().await;
    assert_eq!(world.presence_of(&service, &bob, alice.id).await, json!("online"));
    assert_eq!(
        world.presence_of(&service, &alice, bob.id).await,
        json!("online"),
        "so says the history until it is sure"
    );
    // The replica's expiry later it is sure, and a debounce later it is told.
    world.clock.advance(Duration::from_secs(601).try_into().unwrap());
    world.until_leaving(bob.id).await;
    world.clock.advance(DEBOUNCE.try_into().unwrap());
    let went = world.expect(bob.id, Offline).await;
    assert!(went.version > before.version, "versions grow over the loss");
}

/// Proves: H-11.
#[tokio::test]
async fn an_event_that_finds_redis_empty_is_not_lost() {
    let mut world = World::new().await;
    let _services = (world.start().await, world.start().await);
    let replica = id();
    let people: Vec<_> = (0..20).map(|_| TestUser::new().id).collect();
    for (n, user) in people.iter().enumerate() {
        if n % 5 == 0 {
            world.empty_redis().await;
        }
        world.hub.opens(*user, replica).await;
    }
    let mut came = Vec::new();
    while came.len() < people.len() {
        let edge = world.edge().await;
        assert_eq!(edge.presence, Online);
        if !came.contains(&edge.user_id) {
            came.push(edge.user_id);
        }
    }
    came.sort_unstable();
    assert_eq!(came, people);
}
