use crate::fixture::{DEBOUNCE, IDLE, World, id};
use securechat_contracts::dto::Presence::{Idle, Offline, Online};
use securechat_test_kit::TestUser;
use serde_json::json;

/// Proves: W-36, W-37, H-11, A-13, B-13.
#[tokio::test]
async fn friends_are_told_at_the_first_connection_and_after_the_last_and_not_between() {
    let mut world = World::new().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    world.befriend(alice.id, bob.id);
    let service = world.start().await;
    let replica = id();
    let phone = world.hub.opens(alice.id, replica).await;
    let came = world.expect(alice.id, Online).await;
    assert_eq!(came.audience, [bob.id]);
    assert_eq!(world.presence_of(&service, &bob, alice.id).await, json!("online"));
    let laptop = world.hub.opens(alice.id, replica).await;
    phone.close().await;
    world.clock.advance((DEBOUNCE * 2).try_into().unwrap());
    world.expect_nothing().await;
    assert_eq!(world.presence_of(&service, &bob, alice.id).await, json!("online"));
    laptop.close().await;
    world.until_leaving(alice.id).await;
    world.expect_nothing().await;
    world.clock.advance(DEBOUNCE.try_into().unwrap());
    let went = world.expect(alice.id, Offline).await;
    assert!(went.version > came.version);
    assert_eq!(world.presence_of(&service, &bob, alice.id).await, json!("offline"));
}

#[tokio::test]
async fn a_reload_is_not_seen() {
    let mut world = World::new().await;
    let _service = world.start().await;
    let (alice, replica) = (TestUser::new().id, id());
    let before = world.hub.opens(alice, replica).await;
    world.expect(alice, Online).await;
    before.close().await;
    world.clock.advance((DEBOUNCE / 2).try_into().unwrap());
    world.hub.opens(alice, replica).await;
    world.expect_nothing().await;
    world.clock.advance((DEBOUNCE * 2).try_into().unwrap());
    world.expect_nothing().await;
}

/// Proves: H-11.
#[tokio::test]
async fn a_late_opening_raises_no_ghost() {
    let mut world = World::new().await;
    let _service = world.start().await;
    let (alice, replica) = (TestUser::new().id, id());
    let line = world.hub.line(alice, replica);
    let opened = world.hub.number();
    line.close().await;
    line.open(opened).await;
    world.expect_nothing().await;
    line.open(opened).await;
    world.clock.advance((DEBOUNCE * 2).try_into().unwrap());
    world.expect_nothing().await;
}

/// Proves: H-10, A-12, A-14, B-14.
#[tokio::test]
async fn somebody_who_does_nothing_falls_idle_and_wakes_with_the_next_activity_at_any_device() {
    let mut world = World::new().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    world.befriend(alice.id, bob.id);
    let service = world.start().await;
    let replica = id();
    let (phone, laptop) = (world.hub.opens(alice.id, replica).await, world.hub.opens(alice.id, replica).await);
    world.expect(alice.id, Online).await;
    world.clock.advance((IDLE / 2).try_into().unwrap());
    phone.act().await;
    world.expect_nothing().await;
    world.clock.advance((IDLE / 2).try_into().unwrap());
    world.expect_nothing().await;
    world.clock.advance((IDLE / 2).try_into().unwrap());
    let idle = world.expect(alice.id, Idle).await;
    assert_eq!(idle.audience, [bob.id]);
    assert_eq!(world.presence_of(&service, &bob, alice.id).await, json!("idle"));
    laptop.act().await;
    world.expect(alice.id, Online).await;
}

/// Proves: H-11.
#[tokio::test]
async fn two_processes_together_tell_every_edge_once() {
    let mut world = World::new().await;
    let (_one, _other) = (world.start().await, world.start().await);
    let replica = id();
    let people: Vec<_> = (0..30).map(|_| TestUser::new().id).collect();
    let mut lines = Vec::new();
    for user in &people {
        for _ in 0..3 {
            lines.push(world.hub.opens(*user, replica).await);
        }
    }
    let mut came = Vec::new();
    for _ in &people {
        let edge = world.edge().await;
        assert_eq!(edge.presence, Online);
        came.push(edge.user_id);
    }
    came.sort_unstable();
    assert_eq!(came, people, "each once");
    for line in &lines {
        line.close().await;
    }
    for user in &people {
        world.until_leaving(*user).await;
    }
    world.clock.advance((DEBOUNCE * 2).try_into().unwrap());
    let mut went = Vec::new();
    for _ in &people {
        let edge = world.edge().await;
        assert_eq!(edge.presence, Offline);
        went.push(edge.user_id);
    }
    went.sort_unstable();
    assert_eq!(went, people, "each once");
    world.expect_nothing().await;
}
