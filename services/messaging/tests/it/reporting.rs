use crate::fixture::{Told, World, id};
use securechat_contracts::event::{
    AnnounceRequested, ConnectionActive, ConnectionClosed, ConnectionOpened, ConnectionsAnnounced,
};
use securechat_kernel::UserId;
use securechat_test_kit::TestUser;
use serde_json::{Value, json};
use std::time::Duration;

pub(crate) fn opened(user: UserId) -> impl FnMut(Told) -> Option<ConnectionOpened> {
    move |told| if let Told::Opened(event) = told { (event.user_id == user).then_some(event) } else { None }
}

pub(crate) fn closed(user: UserId) -> impl FnMut(Told) -> Option<ConnectionClosed> {
    move |told| if let Told::Closed(event) = told { (event.user_id == user).then_some(event) } else { None }
}

fn active(user: UserId) -> impl FnMut(Told) -> Option<ConnectionActive> {
    move |told| if let Told::Active(event) = told { (event.user_id == user).then_some(event) } else { None }
}

fn announcing(user: UserId) -> impl FnMut(Told) -> Option<ConnectionsAnnounced> {
    move |told| match told {
        Told::Announced(event) if event.connections.iter().any(|c| c.user_id == user) => Some(event),
        _ => None,
    }
}

/// Proves: W-36, A-12, H-10.
#[tokio::test]
async fn opening_activity_and_closing_are_told_with_growing_numbers() {
    let mut world = World::new().await;
    let hub = world.start().await;
    let alice = TestUser::new();
    let mut client = world.connect(&hub, &alice).await;
    let came = world.told(opened(alice.id)).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    for _ in 0..3 {
        assert_eq!(client.call("Activity", Value::Null).await, Ok(Value::Null));
    }
    let acted = world.told(active(alice.id)).await;
    assert_eq!((acted.connection_id, acted.replica), (came.connection_id, came.replica));
    tokio::time::sleep(Duration::from_millis(5_100)).await;
    client.call("SendMessage", json!({ "chatId": id(), "id": id(), "text": "x" })).await.unwrap();
    let sent = world.told(active(alice.id)).await;
    drop(client);
    let went = world.told(closed(alice.id)).await;
    let numbers = [came.number, acted.number, sent.number, went.number];
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert_eq!(went.connection_id, came.connection_id);
}

#[tokio::test]
async fn a_process_started_later_gives_greater_numbers() {
    let mut world = World::new().await;
    let alice = TestUser::new();
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let hub = world.start().await;
        let client = world.connect(&hub, &alice).await;
        numbers.push(world.told(opened(alice.id)).await.number);
        drop(client);
        numbers.push(world.told(closed(alice.id)).await.number);
        hub.stop().await;
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
}

/// Proves: B-58.
#[tokio::test]
async fn a_replica_beats_and_announces_what_it_holds_when_asked() {
    let mut world = World::new().await;
    let hub = world.start().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let _alice_here = world.connect(&hub, &alice).await;
    let bob_here = world.connect(&hub, &bob).await;
    let came = world.told(opened(alice.id)).await;
    let is_ours =
        |told| if let Told::Beat(beat) = told { (beat.replica == came.replica).then_some(beat) } else { None };
    world.told(is_ours).await;
    world.told(is_ours).await;
    drop(bob_here);
    world.told(closed(bob.id)).await;
    world.publish(&AnnounceRequested { id: id() }).await;
    let announced = world.told(announcing(alice.id)).await;
    assert_eq!(announced.replica, came.replica);
    let alices = announced.connections.iter().find(|c| c.user_id == alice.id).unwrap();
    assert_eq!((alices.connection_id, alices.number), (came.connection_id, came.number));
    assert!(announced.connections.iter().all(|c| c.user_id != bob.id));
}
