use crate::{
    client::{Client, End},
    server::{Seen, TestServer},
};
use securechat_signalr::{Close, Disconnect, Identity, Push};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test]
async fn a_client_may_leave_with_a_close_message_or_by_closing_or_by_vanishing() {
    let mut server = TestServer::start().await;
    let mut client = Client::connect(&server, "a").await;
    client.send(&json!({ "type": 7 })).await;
    assert!(matches!(client.next_or_end().await, Err(End::Close(_))));
    assert_eq!(server.sees_leaving("a").await, Disconnect::Client);
    let mut client = Client::connect(&server, "b").await;
    client.socket.close(None).await.unwrap();
    assert_eq!(server.sees_leaving("b").await, Disconnect::Client);
    let client = Client::connect(&server, "c").await;
    drop(client);
    assert!(matches!(server.sees_leaving("c").await, Disconnect::Lost(_)));
    assert_eq!(server.connections.count(), 0);
}

#[tokio::test]
async fn a_close_comes_after_what_was_queued_before_it_and_says_whether_to_come_back() {
    let mut server = TestServer::start().await;
    for (reconnect, close) in [(true, json!({ "type": 7, "allowReconnect": true })), (false, json!({ "type": 7 }))] {
        let mut client = Client::connect(&server, "alice").await;
        client.invoke("1", "Echo", json!(["before"])).await;
        client.invoke("2", "KickMe", json!([reconnect])).await;
        assert_eq!(client.next().await["result"], "before");
        if reconnect {
            assert_eq!(client.next().await["result"], "bye");
        }
        assert_eq!(
            client.closed().await,
            close,
            "the end overtakes the answer, unless the client is only sent elsewhere"
        );
        assert_eq!(server.sees_leaving("alice").await, Disconnect::Server("kicked"));
    }
}

/// Proves: W-51.
#[tokio::test]
async fn connections_can_be_closed_by_what_the_hub_knows_of_them() {
    let server = TestServer::start().await;
    let mut gone = [Client::connect(&server, "alice").await, Client::connect(&server, "alice").await];
    let mut bob = Client::connect(&server, "bob").await;
    let close = Close::error("Your access changed.");
    let closed = server.connections.close_where(|c| c.identity().user() == "alice", &close, "access changed");
    assert_eq!(closed, 2);
    for client in &mut gone {
        assert_eq!(client.closed().await, json!({ "type": 7, "error": "Your access changed." }));
    }
    assert_eq!(bob.call("Echo", json!([1])).await, Ok(json!(1)));
}

#[tokio::test]
async fn a_drain_answers_the_calls_that_were_made_before_it() {
    let mut server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    assert_eq!(server.sees().await, Seen::Connected("alice".into()));
    let call = |id: &str, target: &str, text: &str| {
        json!({ "type": 1, "invocationId": id, "target": target, "arguments": [text] }).to_string() + "\u{1e}"
    };
    client.send_text(call("1", "Wait", "first") + &call("2", "Echo", "second")).await;
    assert_eq!(server.sees().await, Seen::Called("wait".into()));
    let connections = server.connections.clone();
    let drain = tokio::spawn(async move { connections.drain(Duration::ZERO, Duration::from_secs(5)).await });
    while !server.connections.all().iter().all(|connection| !connection.send(&Push::new("Late", &json!(1)).unwrap())) {
        tokio::task::yield_now().await;
    }
    server.hub.gate.add_permits(1);
    for (id, text) in [("1", "first"), ("2", "second")] {
        let mut next = client.next().await;
        while next["target"] == "Late" {
            next = client.next().await;
        }
        assert_eq!(next, json!({ "type": 3, "invocationId": id, "result": text }));
    }
    assert_eq!(client.closed().await, json!({ "type": 7, "allowReconnect": true }));
    drop(client);
    assert_eq!(drain.await.unwrap(), 0);
}

#[tokio::test]
async fn a_drain_sends_everyone_away_in_slices_and_takes_nobody_new() {
    let server = TestServer::start().await;
    let mut clients = Vec::new();
    for n in 0..10 {
        clients.push(Client::connect(&server, &format!("user{n}")).await);
    }
    let started = Instant::now();
    let connections = server.connections.clone();
    let drain =
        tokio::spawn(async move { connections.drain(Duration::from_millis(500), Duration::from_secs(5)).await });
    let mut ends = Vec::new();
    let mut ended = tokio::task::JoinSet::new();
    for mut client in clients {
        ended.spawn(async move { (client.closed().await, started.elapsed()) });
    }
    while let Some(end) = ended.join_next().await {
        let (close, at) = end.unwrap();
        assert_eq!(close, json!({ "type": 7, "allowReconnect": true }));
        ends.push(at);
    }
    assert_eq!(drain.await.unwrap(), 0, "all are gone");
    let (first, last) = (ends.iter().min().unwrap(), ends.iter().max().unwrap());
    assert!(*last > *first + Duration::from_millis(200), "between {first:?} and {last:?}");
    assert_eq!(Client::open(&server, "?access_token=late").await.err(), Some(503));
}
