use crate::{client::Client, server::TestServer};
use serde_json::{Value, json};
use std::time::Duration;

async fn negotiate(server: &TestServer, query: &str, user: &str) -> Value {
    let request = reqwest::Client::new().post(server.url("http", &format!("/negotiate{query}"))).bearer_auth(user);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    response.json().await.unwrap()
}

async fn token(server: &TestServer, user: &str) -> String {
    let answer = negotiate(server, "?negotiateVersion=1", user).await;
    answer["connectionToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn version_one_has_a_public_id_and_a_secret_token_and_lists_what_is_offered() {
    let server = TestServer::start().await;
    for query in ["?negotiateVersion=1", "?NegotiateVersion=1", "?negotiateVersion=9"] {
        let answer = negotiate(&server, query, "alice").await;
        assert_eq!(answer["negotiateVersion"], 1);
        assert_ne!(answer["connectionId"], answer["connectionToken"]);
        let offered = json!([{ "transport": "WebSockets", "transferFormats": ["Text"] }]);
        assert_eq!(answer["availableTransports"], offered);
        assert!(answer.get("useStatefulReconnect").is_none(), "a client that did not ask takes it as fatal");
    }
}

#[tokio::test]
async fn version_zero_knows_one_id_and_it_opens_the_connection() {
    let server = TestServer::start().await;
    let answer = negotiate(&server, "", "alice").await;
    assert_eq!(answer["negotiateVersion"], 0);
    assert!(answer.get("connectionToken").is_none());
    let id = answer["connectionId"].as_str().unwrap();
    assert!(Client::open(&server, &format!("?id={id}&access_token=alice")).await.is_ok());
}

/// Proves: H-24.
#[tokio::test]
async fn a_token_negotiated_at_one_replica_opens_a_connection_at_another() {
    let (one, other) = (TestServer::start().await, TestServer::start().await);
    let answer = negotiate(&one, "?negotiateVersion=1", "alice").await;
    let token = answer["connectionToken"].as_str().unwrap();
    let mut client = Client::open(&other, &format!("?id={token}&access_token=alice")).await.unwrap();
    client.send(&json!({ "protocol": "json", "version": 1 })).await;
    assert_eq!(client.next().await, json!({}));
    let me = client.call("whoami", json!([])).await.unwrap();
    assert_eq!(me, json!({ "user": "alice", "id": answer["connectionId"] }));
}

#[tokio::test]
async fn a_token_of_another_user_a_forged_one_and_an_expired_one_are_unknown() {
    let server = TestServer::start().await;
    let token = token(&server, "alice").await;
    for (id, user) in [(token.as_str(), "mallory"), ("nonsense", "alice"), ("", "alice")] {
        let opened = Client::open(&server, &format!("?id={id}&access_token={user}")).await;
        assert_eq!(opened.err(), Some(404), "{id} of {user}");
    }
    server.clock.advance(Duration::from_mins(2));
    let opened = Client::open(&server, &format!("?id={token}&access_token=alice")).await;
    assert_eq!(opened.err(), Some(404));
}

#[tokio::test]
async fn a_connection_can_be_attached_to_only_once() {
    let server = TestServer::start().await;
    let rest = format!("?id={}&access_token=alice", token(&server, "alice").await);
    let mut first = Client::open(&server, &rest).await.unwrap();
    first.send(&json!({ "protocol": "json", "version": 1 })).await;
    assert_eq!(first.next().await, json!({}));
    assert_eq!(Client::open(&server, &rest).await.err(), Some(409));
    assert_eq!(first.call("echo", json!(["still here"])).await, Ok(json!("still here")));
}

/// Proves: W-38.
#[tokio::test]
async fn nobody_gets_in_without_authentication() {
    let server = TestServer::start().await;
    let post = |path: &str| reqwest::Client::new().post(server.url("http", path));
    let response = post("/negotiate?negotiateVersion=1").send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(post("/negotiate").bearer_auth("stranger").send().await.unwrap().status(), 401);
    assert_eq!(Client::open(&server, "").await.err(), Some(401));
    assert_eq!(Client::open(&server, "?access_token=stranger").await.err(), Some(401));
}

#[tokio::test]
async fn other_methods_and_other_transports_are_refused_with_their_reason() {
    let server = TestServer::start().await;
    let http = reqwest::Client::new();
    let get = http.get(server.url("http", "/negotiate")).bearer_auth("alice").send().await.unwrap();
    assert_eq!((get.status().as_u16(), get.headers()["allow"].to_str().unwrap()), (405, "POST"));
    let post = http.post(server.url("http", "?id=x")).bearer_auth("alice").send().await.unwrap();
    assert_eq!((post.status().as_u16(), post.headers()["allow"].to_str().unwrap()), (405, "GET"));
    let plain = http.get(server.url("http", "?id=x")).bearer_auth("alice").send().await.unwrap();
    assert_eq!(plain.status(), 400);
    let wrong = http.post(server.url("http", "/negotiate?negotiateVersion=one")).bearer_auth("alice");
    assert_eq!(wrong.send().await.unwrap().status(), 400);
    let old = http.get(server.url("http", "")).bearer_auth("alice").header("connection", "upgrade");
    let old = old.header("upgrade", "websocket").header("sec-websocket-version", "8").send().await.unwrap();
    assert_eq!((old.status().as_u16(), old.headers()["sec-websocket-version"].to_str().unwrap()), (426, "13"));
}
