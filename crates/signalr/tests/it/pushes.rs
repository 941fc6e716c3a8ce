use crate::{client::Client, server::TestServer};
use securechat_signalr::Push;
use serde_json::json;
use std::time::Duration;

/// Proves: W-39.
#[tokio::test]
async fn a_push_to_a_user_reaches_all_her_connections_and_nobody_else() {
    let server = TestServer::start().await;
    let (mut first, mut second) = (Client::connect(&server, "alice").await, Client::connect(&server, "alice").await);
    let mut bob = Client::connect(&server, "bob").await;
    assert_eq!(server.push("alice", "FriendshipCreated", &json!({ "id": 7 })), 2);
    assert_eq!(server.push("carol", "FriendshipCreated", &json!({ "id": 7 })), 0);
    let expected = json!({ "type": 1, "target": "FriendshipCreated", "arguments": [{ "id": 7 }] });
    assert_eq!(first.next().await, expected);
    assert_eq!(second.next().await, expected);
    assert_eq!(bob.call("Echo", json!(["nothing else"])).await, Ok(json!("nothing else")));
}

#[tokio::test]
async fn a_push_to_a_group_reaches_its_members_while_they_are_in_it() {
    let mut server = TestServer::start().await;
    let (mut alice, mut bob) = (Client::connect(&server, "alice").await, Client::connect(&server, "bob").await);
    server.sees().await;
    server.sees().await;
    alice.invoke("1", "Shout", json!(["one"])).await;
    let shouted = |text| json!({ "type": 1, "target": "Shouted", "arguments": [{ "text": text }] });
    assert_eq!(alice.next().await, shouted("one"));
    assert_eq!(alice.next().await, json!({ "type": 3, "invocationId": "1", "result": 2 }));
    assert_eq!(bob.next().await, shouted("one"));
    server.connections.remove_from_group(server.connections.of_user("bob")[0].id(), "everyone");
    assert_eq!(server.connections.group_size("everyone"), 1);
    alice.invoke("2", "Shout", json!(["two"])).await;
    assert_eq!(alice.next().await, shouted("two"));
    assert_eq!(alice.next().await["result"], 1);
    assert_eq!(bob.call("Echo", json!(["heard nothing"])).await, Ok(json!("heard nothing")));
}

#[tokio::test]
async fn what_is_pushed_together_travels_in_few_frames_and_in_order() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    let id = server.only_connection();
    let before = client.frames;
    for n in 0..500 {
        assert!(server.connections.send_to_connection(id, &Push::new("N", &json!(n)).unwrap()));
    }
    for n in 0..500 {
        assert_eq!(client.next().await["arguments"], json!([n]));
    }
    let frames = client.frames - before;
    assert!(frames < 250, "{frames} frames for 500 messages");
}

#[tokio::test]
async fn a_push_to_all_can_be_spread_over_a_time() {
    let server = TestServer::start().await;
    let mut clients = Vec::new();
    for n in 0..6 {
        clients.push(Client::connect(&server, &format!("user{n}")).await);
    }
    let started = tokio::time::Instant::now();
    let push = Push::new("SyncRequired", &json!({})).unwrap();
    server.connections.send_to_all_over(Duration::from_millis(300), &push).await;
    assert!(started.elapsed() >= Duration::from_millis(200), "three slices");
    for client in &mut clients {
        assert_eq!(client.next().await["target"], "SyncRequired");
    }
}
