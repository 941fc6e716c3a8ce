use crate::{client::Client, server::TestServer};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const PING: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_client_that_hears_nothing_gets_pings() {
    let server = TestServer::with(|s| s.ping_interval = PING).await;
    let mut client = Client::connect(&server, "alice").await;
    let quiet_since = Instant::now();
    for _ in 0..3 {
        assert_eq!(client.next_or_end().await, Ok(json!({ "type": 6 })));
    }
    let waited = quiet_since.elapsed();
    assert!(waited > PING * 2 && waited < PING * 25, "{waited:?}");
}

#[tokio::test]
async fn a_client_that_hears_something_gets_no_pings() {
    let ping = PING * 10;
    let server = TestServer::with(|s| s.ping_interval = ping).await;
    let mut client = Client::connect(&server, "alice").await;
    for _ in 0..15 {
        sleep(ping / 10).await;
        server.push("alice", "News", &json!({}));
        assert_eq!(client.next_or_end().await.unwrap()["target"], "News", "no ping while there are pushes");
    }
}

/// Proves: B-58.
#[tokio::test]
async fn a_client_that_says_nothing_is_closed_and_one_that_pings_stays() {
    let timeout = Duration::from_millis(1_500);
    let mut server = TestServer::with(|s| s.client_timeout = timeout).await;
    let mut silent = Client::connect(&server, "silent").await;
    let mut alive = Client::connect(&server, "alive").await;
    let lives = tokio::spawn(async move {
        for _ in 0..15 {
            sleep(timeout / 10).await;
            alive.send(&json!({ "type": 6 })).await;
        }
        alive
    });
    assert_eq!(silent.closed().await, json!({ "type": 7, "error": "The client timed out." }));
    assert_eq!(server.sees_leaving("silent").await.to_string(), "the client was silent");
    let mut alive = lives.await.unwrap();
    assert_eq!(alive.call("Echo", json!([1])).await, Ok(json!(1)));
}

#[tokio::test]
async fn websocket_pings_are_answered_and_count_as_nothing() {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    client.socket.send(Message::Ping("hello".into())).await.unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(10), client.socket.next()).await.unwrap();
    assert_eq!(answer.unwrap().unwrap(), Message::Pong("hello".into()));
}

#[tokio::test]
async fn a_client_that_waits_for_its_own_calls_is_not_taken_for_dead() {
    let mut server = TestServer::with(|s| s.client_timeout = Duration::from_millis(200)).await;
    let mut client = Client::connect(&server, "alice").await;
    // More calls than wait in line: the server stops reading, so it can't hear pings either.
    for n in 0..20 {
        client.invoke(&n.to_string(), "Wait", json!([n])).await;
    }
    server.sees().await;
    sleep(Duration::from_millis(600)).await;
    server.hub.gate.add_permits(20);
    for n in 0..20 {
        assert_eq!(client.next().await["result"], n);
    }
}
