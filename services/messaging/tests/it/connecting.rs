use crate::{
    client::Client,
    fixture::{World, id},
};
use reqwest::Method;
use securechat_contracts::{
    ServiceName,
    event::{AccessChanged, NotifyUsers},
};
use securechat_http_kit::openapi::operations;
use securechat_messaging::PATH;
use securechat_test_kit::TestUser;
use serde_json::{Value, json};

/// Proves: W-38.
#[tokio::test]
async fn only_a_person_with_a_token_for_the_hub_gets_in() {
    let world = World::new().await;
    let hub = world.start().await;
    let alice = TestUser::new();
    let good = world.token(&alice);
    let url = format!("ws://{}{PATH}", hub.public);
    assert!(Client::open(&url, Some(&good)).await.is_ok(), "by header");
    assert!(Client::open(&format!("{url}?access_token={good}"), None).await.is_ok(), "by query");
    assert_eq!(Client::open(&url, None).await.err(), Some(401));
    assert_eq!(Client::open(&url, Some("nonsense")).await.err(), Some(401));
    let other_audience = world.issuer.token(&alice, ServiceName::Chats);
    assert_eq!(Client::open(&url, Some(&other_audience)).await.err(), Some(401));
    let expired = world.issuer.token_with(&alice, ServiceName::Messaging, |claims| claims.exp -= 1_000);
    assert_eq!(Client::open(&url, Some(&expired)).await.err(), Some(401));
    let unscoped = world.issuer.token_with(&alice, ServiceName::Messaging, |claims| claims.scope = "chats".into());
    assert_eq!(Client::open(&url, Some(&unscoped)).await.err(), Some(403));
    let service = world.issuer.service_token(ServiceName::Session, ServiceName::Messaging);
    assert_eq!(Client::open(&url, Some(&service)).await.err(), Some(403));
}

#[tokio::test]
async fn a_refusal_is_a_problem_like_everywhere_else() {
    let world = World::new().await;
    let hub = world.start().await;
    let url = format!("http://{}{PATH}/negotiate?negotiateVersion=1", hub.public);
    let answer = reqwest::Client::new().post(&url).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(answer.headers().contains_key("www-authenticate"));
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["type"], "/problems/unauthenticated");
}

/// Proves: H-24, W-38.
#[tokio::test]
async fn negotiating_at_one_replica_and_connecting_at_another_works() {
    let world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    let token = world.token(&TestUser::new());
    let url = format!("http://{}{PATH}/negotiate?negotiateVersion=1", one.public);
    let answer = reqwest::Client::new().post(&url).bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    let id = answer["connectionToken"].as_str().unwrap();
    let url = format!("ws://{}{PATH}?id={id}&access_token={token}", other.public);
    assert!(Client::open(&url, None).await.is_ok());
    let stranger = world.token(&TestUser::new());
    let url = format!("ws://{}{PATH}?id={id}&access_token={stranger}", other.public);
    assert_eq!(Client::open(&url, None).await.err(), Some(404), "the connection token is the other person's");
}

/// Proves: W-51.
#[tokio::test]
async fn a_connection_ends_with_its_epoch_and_older_tokens_stay_out_while_other_connections_live() {
    let world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let (mut here, mut there) = (world.connect(&one, &alice).await, world.connect(&other, &alice).await);
    let mut unharmed = world.connect(&one, &bob).await;
    world.publish(&AccessChanged { user_id: alice.id, auth_epoch: 2 }).await;
    for client in [&mut here, &mut there] {
        let close = client.closed().await;
        assert_eq!(close["allowReconnect"], true, "it shall come back with a new token");
        assert!(close["error"].as_str().unwrap().starts_with("unauthenticated: "));
    }
    for hub in [&one, &other] {
        assert_eq!(Client::connect(hub, &world.token(&alice)).await.err(), Some(401));
        let renewed = TestUser { auth_epoch: 2, ..alice.clone() };
        assert!(Client::connect(hub, &world.token(&renewed)).await.is_ok());
    }
    let data = json!({ "title": "t", "text": "x" }).as_object().unwrap().clone();
    let method = "ReceiveNotification".to_owned();
    world.publish(&NotifyUsers { id: id(), user_ids: vec![bob.id], method, data }).await;
    unharmed.expect("ReceiveNotification").await;
}

#[tokio::test]
async fn a_connection_outlives_its_token() {
    let world = World::new().await;
    let hub = world.start().await;
    // The verifier grants five seconds; this token ends before they do.
    let short = world.issuer.token_with(&TestUser::new(), ServiceName::Messaging, |claims| claims.exp -= 303);
    let mut client = Client::connect(&hub, &short).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(Client::connect(&hub, &short).await.err(), Some(401), "it has ended");
    assert_eq!(client.call("Sync", json!({ "positions": [] })).await, Ok(json!({ "chats": [] })));
}

#[tokio::test]
async fn what_is_described_is_there() {
    let world = World::new().await;
    let hub = world.start().await;
    let described = operations(&securechat_messaging::openapi());
    assert_eq!(described.len(), 1);
    for operation in described {
        let url = format!("http://{}{}", hub.public, operation.path);
        let method: Method = operation.method.parse().unwrap();
        let answer = reqwest::Client::new().request(method, url).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    }
}
