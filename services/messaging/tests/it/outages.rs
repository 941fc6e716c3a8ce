use crate::{fixture::World, reporting::opened, rooms::posted};
use securechat_contracts::{
    Event,
    event::{ConnectionClosed, ConnectionOpened},
};
use securechat_kernel::ChatId;
use securechat_test_kit::{Proxy, TestUser};
use serde_json::{Value, json};

/// Proves: H-23, B-24.
#[tokio::test]
async fn while_the_broker_is_away_calls_work_and_when_it_is_back_everybody_is_told_to_sync() {
    let mut world = World::new().await;
    let line = Proxy::to(world.broker.config().port).await;
    let hub = world.start_with(|config| config.broker.port = line.port()).await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let chat = world.chat_of(&[&alice]);
    let mut client = world.connect(&hub, &alice).await;
    world.told(opened(alice.id)).await;
    line.cut();
    securechat_test_kit::eventually("the broker is missed", async || !hub.health.report().await.ok).await;
    // She is put into another chat, and writes: both events are lost to this replica.
    let missed = world.chat_of(&[&alice]);
    world.publish(&posted(missed, 1, &alice)).await;
    assert_eq!(client.call("Sync", json!({ "positions": [] })).await, Ok(json!({ "chats": [] })));
    drop(world.connect(&hub, &bob).await);
    assert!(hub.health.is_ready());
    client.expect_nothing().await;
    line.mend();
    assert_eq!(client.expect("SyncRequired").await, json!({}));
    for (chat, seq) in [(chat, 1), (missed, 2)] {
        world.publish(&posted(chat, seq, &alice)).await;
        assert_eq!(client.expect("MessagePosted").await["chatId"], json!(chat));
    }
    client.expect_nothing().await;
}

/// Proves: H-23.
#[tokio::test]
async fn what_happened_to_connections_while_the_broker_was_away_is_told_when_it_is_back() {
    let world = World::new().await;
    let line = Proxy::to(world.broker.config().port).await;
    let hub = world.start_with(|config| config.broker.port = line.port()).await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let client = world.connect(&hub, &alice).await;
    line.cut();
    let _bob_here = world.connect(&hub, &bob).await;
    drop(client);
    securechat_test_kit::eventually("the broker is missed", async || !hub.health.report().await.ok).await;
    line.mend();
    let mut told = Vec::new();
    securechat_test_kit::eventually("both are told", async || {
        for (_, event) in world.broker.take_all("session").await {
            told.push((event["type"].as_str().unwrap().to_owned(), event["subject"].clone()));
        }
        let has = |type_: &str, user: &TestUser| told.contains(&(type_.to_owned(), json!(user.id)));
        has(ConnectionOpened::TYPE, &bob) && has(ConnectionClosed::TYPE, &alice)
    })
    .await;
}

/// Proves: H-23.
#[tokio::test]
async fn while_chats_is_away_people_connect_and_are_told_to_sync_when_it_is_back() {
    let world = World::new().await;
    let hub = world.start().await;
    let alice = TestUser::new();
    let chat: ChatId = world.chat_of(&[&alice]);
    world.chats.lock().unwrap().away = true;
    let mut client = world.connect(&hub, &alice).await;
    let unavailable = client.call("Sync", json!({ "positions": [] })).await;
    assert_eq!(unavailable, Err("unavailable: try again in a moment".into()));
    world.chats.lock().unwrap().away = false;
    client.expect("SyncRequired").await;
    world.publish(&posted(chat, 5, &alice)).await;
    assert_eq!(client.expect("MessagePosted").await["seq"], 5);
    assert_eq!(client.call("Activity", Value::Null).await, Ok(Value::Null));
}

/// Proves: H-23.
#[tokio::test]
async fn many_who_come_at_once_make_few_calls_to_chats() {
    let world = World::new().await;
    let hub = world.start().await;
    let before = world.asked("/internal/chats/memberships").len();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let token = world.token(&TestUser::new());
        let url = format!("ws://{}{}?access_token={token}", hub.public, securechat_messaging::PATH);
        tasks.spawn(async move {
            let mut client = crate::client::Client::open(&url, None).await.unwrap();
            client.call("Activity", Value::Null).await.unwrap();
            client
        });
    }
    let clients = tasks.join_all().await;
    let calls = world.asked("/internal/chats/memberships").len() - before;
    assert!(calls < 100, "{calls} calls for {} people", clients.len());
}
