use crate::fixture::{DEBOUNCE, World, id};
use securechat_contracts::dto::Presence::{Offline, Online};
use securechat_test_kit::{Proxy, TestUser};
use std::time::Duration;

/// Proves: B-58, H-11.
#[tokio::test]
async fn connections_of_a_dead_replica_end_and_those_of_a_living_one_stay() {
    let mut world = World::new().await;
    let _service = world.start_with(|config| config.replica_expiry_seconds = 3).await;
    let second: time::Duration = time::Duration::SECOND;
    let (dead, living) = (id(), id());
    let (alice, bob) = (TestUser::new().id, TestUser::new().id);
    world.hub.opens(alice, dead).await;
    world.expect(alice, Online).await;
    world.hub.opens(bob, living).await;
    world.expect(bob, Online).await;
    world.clock.advance(second * 2);
    world.heard(living, 1).await;
    world.clock.advance(second * 2);
    world.until_leaving(alice).await;
    world.heard(living, 1).await;
    world.clock.advance(DEBOUNCE.try_into().unwrap());
    world.expect(alice, Offline).await;
    world.heard(living, 1).await;
    world.expect_nothing().await;
}

/// Proves: B-58.
#[tokio::test]
async fn a_replica_that_was_given_up_and_comes_back_announces_what_it_holds() {
    let mut world = World::new().await;
    let _service = world.start_with(|config| config.replica_expiry_seconds = 1).await;
    let (alice, replica) = (TestUser::new().id, id());
    let line = world.hub.opens(alice, replica).await;
    world.expect(alice, Online).await;
    world.forget_asked();
    world.clock.advance(Duration::from_secs(2).try_into().unwrap());
    world.until_leaving(alice).await;
    world.clock.advance(DEBOUNCE.try_into().unwrap());
    world.expect(alice, Offline).await;
    world.hub.heartbeat(replica, 1).await;
    world.expect_asked().await;
    world.hub.announce(replica, &[&line]).await;
    world.expect(alice, Online).await;
}

/// Proves: H-11.
#[tokio::test]
async fn nobody_is_given_up_while_the_service_itself_lacks_the_broker() {
    let mut world = World::new().await;
    let line = Proxy::to(world.broker.config().port).await;
    let expiry = 4;
    let service = world
        .start_with(|config| {
            config.broker.port = line.port();
            config.replica_expiry_seconds = expiry;
        })
        .await;
    let (alice, bob, replica) = (TestUser::new().id, TestUser::new(), id());
    world.befriend(alice, bob.id);
    world.hub.opens(alice, replica).await;
    world.expect(alice, Online).await;
    // Long enough that silence would be trusted, were it not for the outage.
    for _ in 0..expiry {
        tokio::time::sleep(Duration::from_secs(1)).await;
        world.heard(replica, 1).await;
    }
    line.cut();
    securechat_test_kit::eventually("the broker is missed", async || !service.health.report().await.ok).await;
    world.clock.advance(time::Duration::minutes(2));
    tokio::time::sleep(Duration::from_secs(1)).await;
    line.mend();
    securechat_test_kit::eventually("the broker is back", async || service.health.report().await.ok).await;
    world.heard(replica, 1).await;
    world.clock.advance(DEBOUNCE.try_into().unwrap());
    world.heard(replica, 1).await;
    world.expect_idle_or_nothing(alice).await;
    assert_ne!(world.presence_of(&service, &bob, alice).await, "offline");
}
