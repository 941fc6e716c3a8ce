use crate::{
    client::{Client, END, End},
    server::TestServer,
};
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_message_of_thirty_two_kibibytes_passes_and_a_longer_one_ends_the_connection_with_its_reason() {
    let mut server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    let frame =
        |text: &str| json!({ "type": 1, "invocationId": "1", "target": "Echo", "arguments": [text] }).to_string();
    let room = 32 * 1024 - frame("").len();
    client.send_text(frame(&"x".repeat(room)) + "\u{1e}").await;
    assert_eq!(client.next().await["result"].as_str().unwrap().len(), room);
    client.send_text(frame(&"x".repeat(room + 1)) + "\u{1e}").await;
    let close = client.closed().await;
    assert_eq!(close["type"], 7);
    assert!(close["error"].as_str().unwrap().contains("longer than 32768 bytes"), "{close}");
    assert!(close.get("allowReconnect").is_none());
    assert!(server.sees_leaving("alice").await.to_string().starts_with("protocol violated"));
}

#[tokio::test]
async fn a_frame_far_over_the_limit_is_refused_before_it_is_read() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    client.send_text("x".repeat(5_000_000)).await;
    let close = client.closed().await;
    assert!(close["error"].as_str().unwrap().contains("longer than"), "{close}");
}

#[tokio::test]
async fn nonsense_ends_the_connection_with_its_reason() {
    let mut server = TestServer::start().await;
    let deep = format!("{}{}{END}", "[".repeat(2000), "]".repeat(2000));
    for nonsense in [format!("hello{END}"), format!("{{}}{END}"), format!("{{\"type\":1}}{END}"), deep] {
        let mut client = Client::connect(&server, "alice").await;
        client.send_text(nonsense).await;
        let close = client.closed().await;
        assert!(close["error"].as_str().unwrap().starts_with("Connection closed with an error"), "{close}");
        server.sees_leaving("alice").await;
    }
    assert_eq!(server.connections.count(), 0);
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_and_the_others_get_everything() {
    let mut server = TestServer::with(|s| s.send_queue_bytes = 64 * 1024).await;
    let mut slow = Client::connect(&server, "slow").await;
    let mut quick = Client::connect(&server, "quick").await;
    let text = "x".repeat(16 * 1024);
    let mut sent = 0;
    // The kernel's buffers take some megabytes before the queue fills.
    while server.push("slow", "News", &json!({ "text": text })) == 1 {
        sent += 1;
        server.push("quick", "News", &json!({ "n": sent }));
        assert_eq!(quick.next().await["arguments"][0]["n"], sent);
        assert!(sent < 10_000, "the slow client was never cut");
    }
    assert_eq!(server.sees_leaving("slow").await.to_string(), "the client does not keep up");
    while slow.next_or_end().await != Err(End::Lost) {}
    assert_eq!(quick.call("Echo", json!([1])).await, Ok(json!(1)));
}

#[tokio::test]
async fn an_answer_may_be_longer_than_the_queue_and_pushes_still_get_through() {
    let server = TestServer::with(|s| s.send_queue_bytes = 1024).await;
    let mut client = Client::connect(&server, "alice").await;
    client.invoke("1", "Repeat", json!([2_000_000])).await;
    client.invoke("2", "Repeat", json!([2_000_000])).await;
    assert_eq!(client.next().await["result"].as_str().unwrap().len(), 2_000_000);
    assert_eq!(server.push("alice", "News", &json!({})), 1);
    assert_eq!(client.next().await["result"].as_str().map(str::len), Some(2_000_000));
    assert_eq!(client.next().await["target"], "News");
}

#[tokio::test]
async fn a_client_whose_line_takes_nothing_for_the_send_timeout_is_cut() {
    let mut server = TestServer::with(|s| {
        s.send_timeout = Duration::from_millis(200);
        s.send_queue_bytes = 64 << 20;
    })
    .await;
    let _stuck = Client::connect(&server, "stuck").await;
    let text = "x".repeat(256 * 1024);
    for _ in 0..64 {
        server.push("stuck", "News", &json!({ "text": text }));
    }
    assert_eq!(server.sees_leaving("stuck").await.to_string(), "the client does not keep up");
    assert_eq!(server.connections.stats().cut, 1);
}

#[tokio::test]
async fn connections_beyond_the_limit_are_asked_to_come_later() {
    let server = TestServer::with(|s| s.max_connections = 1).await;
    let _first = Client::connect(&server, "alice").await;
    assert_eq!(Client::open(&server, "?access_token=bob").await.err(), Some(503));
    let post = reqwest::Client::new().post(server.url("http", "/negotiate")).bearer_auth("bob");
    let response = post.send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (503, "1"));
}

#[tokio::test]
async fn a_frame_without_a_mask_ends_the_connection() {
    let mut server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    let tokio_tungstenite::MaybeTlsStream::Plain(stream) = client.socket.get_mut() else { panic!("no TLS here") };
    stream.write_all(&[0x81, 1, b'x']).await.unwrap();
    assert!(server.sees_leaving("alice").await.to_string().starts_with("protocol violated"));
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(String::from_utf8_lossy(&rest).contains("\"type\":7"));
}
