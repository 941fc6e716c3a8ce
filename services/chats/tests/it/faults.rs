use crate::fixture::{World, message};
use reqwest::Method;
use securechat_contracts::ServiceName;
use securechat_contracts::event::MessagePosted;
use securechat_test_kit::{Proxy, TestServers, eventually};
use serde_json::{Value, json};

/// Proves: H-23, B-23, A-07.
#[tokio::test]
async fn a_message_sent_while_the_broker_is_away_is_told_when_it_is_back() {
    let line = Proxy::to(TestServers::get().rabbitmq_port).await;
    let world = World::with(|config| config.broker.port = line.port()).await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    world.says(&alice, &chat, "before").await;
    assert_eq!(world.told::<MessagePosted>().await["message"]["text"], "before");
    line.cut();
    eventually("the loss to be noticed", async || !world.running.health.report().await.ok).await;
    assert!(world.running.health.is_ready(), "people can go on");
    for number in 1..=5 {
        world.says(&alice, &chat, &number.to_string()).await;
    }
    assert_eq!(world.numbers(&bob, &chat).await, [1, 2, 3, 4, 5, 6]);
    let waiting = securechat_outbox::pending(world.database.pool()).await.unwrap().rows;
    assert!(waiting >= 5, "{waiting} events wait");
    line.mend();
    for seq in 2..=6 {
        assert_eq!(world.told::<MessagePosted>().await["message"]["seq"], seq, "in their order");
    }
    eventually("an empty outbox", async || securechat_outbox::pending(world.database.pool()).await.unwrap().rows == 0)
        .await;
}

/// Proves: H-23, W-55.
#[tokio::test]
async fn without_its_database_it_says_so_at_once_and_goes_on_by_itself_when_it_is_back() {
    let line = Proxy::to(TestServers::get().mariadb_port).await;
    let world = World::with(|config| {
        config.database.port = line.port();
        config.database.acquire_timeout_ms = 300;
    })
    .await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    line.cut();
    let token = world.issuer.token(&alice, ServiceName::Chats);
    let body = message("not now");
    for (method, path, body) in [
        (Method::POST, format!("{chat}/messages"), Some(body.clone())),
        (Method::GET, "/api/chats".to_owned(), None),
        (Method::PUT, format!("{chat}/read-marker"), Some(json!({ "seq": 1 }))),
        (Method::POST, "/api/chats/rooms".to_owned(), Some(json!({ "name": "Book club" }))),
    ] {
        let url = format!("http://{}{path}", world.running.public);
        let answer = world.send(method, url, &token, body).await;
        assert_eq!(answer.status(), 503, "{path}");
        assert!(answer.headers().contains_key("retry-after"), "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["type"], "/problems/unavailable", "{path}");
    }
    assert!(!world.running.health.report().await.ok);
    line.mend();
    // The same id again, as a client does that never heard an answer.
    eventually("the database is back", async || {
        let (status, _) = world.post(&alice, &format!("{chat}/messages"), body.clone()).await;
        matches!(status, 200 | 201)
    })
    .await;
    assert_eq!(world.numbers(&bob, &chat).await, [1]);
    assert!(world.running.health.report().await.ok);
}
