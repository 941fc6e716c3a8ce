use crate::{
    client::{Client, END, End},
    server::{Seen, TestServer},
};
use futures_util::SinkExt;
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

async fn open(server: &TestServer) -> Client {
    Client::open(server, "?access_token=alice").await.unwrap()
}

#[tokio::test]
async fn versions_one_and_two_are_answered_with_an_empty_object() {
    let server = TestServer::start().await;
    for version in [1, 2] {
        let mut client = open(&server).await;
        client.send(&json!({ "protocol": "json", "version": version })).await;
        assert_eq!(client.next().await, json!({}));
    }
}

#[tokio::test]
async fn a_handshake_in_a_binary_frame_in_pieces_and_followed_by_a_call_is_understood() {
    let server = TestServer::start().await;
    let mut client = open(&server).await;
    client.socket.send(Message::binary(&b"{\"protocol\":\"js"[..])).await.unwrap();
    let call = json!({ "type": 1, "invocationId": "1", "target": "Echo", "arguments": [5] });
    client.send_text(format!("on\",\"version\":1}}{END}{call}{END}")).await;
    assert_eq!(client.next().await, json!({}));
    assert_eq!(client.next().await, json!({ "type": 3, "invocationId": "1", "result": 5 }));
}

#[tokio::test]
async fn a_protocol_or_version_that_is_not_spoken_is_refused_in_words() {
    let server = TestServer::start().await;
    for (protocol, version, word) in [("messagepack", 1, "messagepack"), ("json", 7, "version 7")] {
        let mut client = open(&server).await;
        client.send(&json!({ "protocol": protocol, "version": version })).await;
        let answer = client.closed().await;
        assert!(answer["error"].as_str().unwrap().contains(word), "{answer}");
    }
    assert_eq!(server.connections.count(), 0);
}

#[tokio::test]
async fn a_client_that_does_not_shake_hands_in_time_is_told_and_closed() {
    let server = TestServer::with(|s| s.handshake_deadline = Duration::from_millis(100)).await;
    let mut client = open(&server).await;
    let answer = client.closed().await;
    assert_eq!(answer, json!({ "error": "Handshake was not received in time." }));
}

#[tokio::test]
async fn nonsense_and_endless_text_instead_of_a_handshake_are_refused() {
    let server = TestServer::start().await;
    for text in [format!("hello{END}"), format!("{{}}{END}"), "x".repeat(5000)] {
        let mut client = open(&server).await;
        client.send_text(text).await;
        assert!(client.closed().await["error"].is_string());
    }
}

#[tokio::test]
async fn a_hub_that_refuses_a_connection_closes_it_with_its_reason() {
    let mut server = TestServer::start().await;
    let mut client = Client::open(&server, "?access_token=banned").await.unwrap();
    client.send(&json!({ "protocol": "json", "version": 1 })).await;
    assert_eq!(client.next().await, json!({}));
    assert_eq!(client.closed().await, json!({ "type": 7, "error": "forbidden: you are banned" }));
    let reason = server.sees_leaving("banned").await;
    assert_eq!(reason.to_string(), "refused: forbidden: you are banned");
    assert_eq!(server.connections.count(), 0);
}

#[tokio::test]
async fn bytes_that_came_with_the_upgrade_request_are_not_lost() {
    let mut server = TestServer::start().await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let mut bytes = b"GET /hub/test?access_token=alice HTTP/1.1\r\nhost: x\r\nconnection: keep-alive, Upgrade\r\n\
        upgrade: WebSocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        .to_vec();
    let text = b"{\"protocol\":\"json\",\"version\":1}\x1e";
    bytes.extend_from_slice(&[0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0]);
    bytes.extend_from_slice(text);
    stream.write_all(&bytes).await.unwrap();
    assert_eq!(server.sees().await, Seen::Connected("alice".into()));
    let mut answer = Vec::new();
    while !answer.ends_with(b"{}\x1e") {
        stream.read_buf(&mut answer).await.unwrap();
    }
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{answer}");
}

#[tokio::test]
async fn a_client_that_leaves_before_its_handshake_leaves_nothing() {
    let server = TestServer::start().await;
    let mut client = open(&server).await;
    client.socket.close(None).await.unwrap();
    assert!(matches!(client.next_or_end().await, Err(End::Close(_))));
    assert_eq!(server.connections.count(), 0);
}
