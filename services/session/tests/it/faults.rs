use crate::fixture::{DEBOUNCE, World, id};
use reqwest::Method;
use securechat_contracts::dto::Presence::{Offline, Online};
use securechat_test_kit::{Proxy, TestUser};
use std::time::Duration;

/// Proves: H-23.
#[tokio::test]
async fn an_edge_that_could_not_be_told_while_users_was_away_is_told_when_it_is_back() {
    let mut world = World::new().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    world.befriend(alice.id, bob.id);
    let service = world.start().await;
    let (known, replica) = (world.swap_users(None), id());
    world.hub.opens(alice.id, replica).await;
    let friends = world.call(&service, Method::GET, "/api/session/friends", &bob, None).await;
    assert_eq!(friends.status(), 503);
    assert!(friends.headers().contains_key("retry-after"));
    world.swap_users(known);
    // The client of `users` gives it a rest, and the sweeper tries every three seconds.
    let told = loop {
        world.hub.heartbeat(replica, 1).await;
        world.clock.advance(Duration::from_secs(4).try_into().unwrap());
        if let Some(edge) = world.edge_within(Duration::from_secs(1)).await {
            break edge;
        }
    };
    assert_eq!((told.user_id, told.presence, told.audience), (alice.id, Online, vec![bob.id]));
    world.expect_nothing().await;
}

/// Proves: H-23.
#[tokio::test]
async fn while_redis_is_away_reads_fail_fast_and_events_wait() {
    let mut world = World::new().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    world.befriend(alice.id, bob.id);
    let proxy = Proxy::to(world.cache.config().port).await;
    let service = world.start_with(|config| config.cache.port = proxy.port()).await;
    let line = world.hub.opens(alice.id, id()).await;
    world.expect(alice.id, Online).await;
    proxy.cut();
    line.close().await;
    let friends = world.call(&service, Method::GET, "/api/session/friends", &bob, None).await;
    assert_eq!(friends.status(), 503);
    assert!(service.health.is_ready(), "it stays ready, and says what is wrong");
    assert!(!service.health.report().await.ok);
    proxy.mend();
    securechat_test_kit::eventually("Redis is back", async || service.health.report().await.ok).await;
    world.until_leaving(alice.id).await;
    world.clock.advance(DEBOUNCE.try_into().unwrap());
    world.expect(alice.id, Offline).await;
}

/// Proves: H-23.
#[tokio::test]
async fn while_the_database_is_away_friends_are_told_all_the_same_and_the_history_is_written_later() {
    let mut world = World::new().await;
    let alice = TestUser::new();
    let proxy = Proxy::to(world.database.config().port).await;
    let service = world
        .start_with(|config| {
            config.database.port = proxy.port();
            config.database.acquire_timeout_ms = 300;
        })
        .await;
    proxy.cut();
    world.hub.opens(alice.id, id()).await;
    world.expect(alice.id, Online).await;
    let history = world.call(&service, Method::GET, "/api/session/sessions", &alice, None).await;
    assert_eq!(history.status(), 503);
    proxy.mend();
    securechat_test_kit::eventually("the database is back", async || service.health.report().await.ok).await;
    world.clock.advance(Duration::from_secs(4).try_into().unwrap());
    world.until_recorded(&service, &alice).await;
}
