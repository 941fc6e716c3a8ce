use crate::fixture::{DEBOUNCE, World, id};
use reqwest::Method;
use securechat_contracts::{
    ServiceName,
    dto::Presence::{Offline, Online},
};
use securechat_http_kit::openapi::operations;
use securechat_test_kit::TestUser;
use serde_json::{Value, json};
use std::time::Duration;

const SESSIONS: &str = "/api/session/sessions";

/// Proves: W-37.
#[tokio::test]
async fn a_client_without_a_hub_is_present_while_it_refreshes() {
    let mut world = World::new().await;
    let alice = TestUser::new();
    let service = world.start().await;
    let session = id();
    let one = format!("{SESSIONS}/{session}");
    let refresh = format!("{one}/refresh");
    let created = world.call(&service, Method::POST, SESSIONS, &alice, Some(json!({ "id": session }))).await;
    assert_eq!((created.status().as_u16(), created.headers()["location"].to_str().unwrap()), (201, one.as_str()));
    world.expect(alice.id, Online).await;
    world.clock.advance(Duration::from_secs(50).try_into().unwrap());
    assert_eq!(world.call(&service, Method::POST, &refresh, &alice, None).await.status(), 204);
    world.clock.advance(Duration::from_secs(59).try_into().unwrap());
    world.expect_nothing().await;
    world.clock.advance(Duration::from_secs(31).try_into().unwrap());
    world.expect_idle(alice.id).await;
    world.until_leaving(alice.id).await;
    world.clock.advance(DEBOUNCE.try_into().unwrap());
    world.expect(alice.id, Offline).await;
    assert_eq!(world.call(&service, Method::POST, &refresh, &alice, None).await.status(), 404, "it expired");
}

/// Proves: W-37, H-15.
#[tokio::test]
async fn a_session_is_ended_by_its_owner_alone_and_only_once() {
    let mut world = World::new().await;
    let (alice, mallory) = (TestUser::new(), TestUser::new());
    let service = world.start().await;
    let session = id();
    let one = format!("{SESSIONS}/{session}");
    world.call(&service, Method::POST, SESSIONS, &alice, Some(json!({ "id": session }))).await;
    world.expect(alice.id, Online).await;
    assert_eq!(world.call(&service, Method::DELETE, &one, &mallory, None).await.status(), 404);
    assert_eq!(world.call(&service, Method::DELETE, &one, &alice, None).await.status(), 204);
    assert_eq!(world.call(&service, Method::DELETE, &one, &alice, None).await.status(), 404);
    assert_eq!(world.call(&service, Method::DELETE, &format!("{SESSIONS}/me"), &alice, None).await.status(), 404);
    world.until_leaving(alice.id).await;
    world.clock.advance(DEBOUNCE.try_into().unwrap());
    world.expect(alice.id, Offline).await;
}

/// Proves: W-36, B-49.
#[tokio::test]
async fn the_history_holds_ones_own_spans_newest_first_in_pages_and_forgets_old_ones() {
    let mut world = World::new().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let service = world.start().await;
    for _ in 0..3 {
        let line = world.hub.opens(alice.id, id()).await;
        world.expect(alice.id, Online).await;
        line.close().await;
        world.until_leaving(alice.id).await;
        world.clock.advance(DEBOUNCE.try_into().unwrap());
        world.expect(alice.id, Offline).await;
        world.until_closed(&service, &alice).await;
    }
    let all = world.get(&service, SESSIONS, &alice).await["items"].as_array().unwrap().clone();
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|span| span["endedAt"].is_string()));
    let mut paged = Vec::new();
    let mut path = format!("{SESSIONS}?limit=2");
    loop {
        let page = world.get(&service, &path, &alice).await;
        paged.extend(page["items"].as_array().unwrap().clone());
        let Value::String(cursor) = &page["nextCursor"] else { break };
        path = format!("{SESSIONS}?limit=2&cursor={cursor}");
    }
    assert_eq!(paged, all);
    assert_eq!(world.get(&service, SESSIONS, &bob).await["items"], json!([]));
    service.stop().await;
    world.clock.advance(time::Duration::days(91));
    let later = world.start().await;
    securechat_test_kit::eventually("old spans are gone", async || {
        let far = |claims: &mut securechat_auth_verify::Claims| claims.exp += 100 * 24 * 3600;
        let token = world.issuer.token_with(&alice, ServiceName::Session, far);
        let url = format!("http://{}{SESSIONS}", later.public);
        let answer: Value =
            reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap().json().await.unwrap();
        answer["items"] == json!([])
    })
    .await;
}

#[tokio::test]
async fn bad_requests_are_told_apart() {
    let world = World::new().await;
    let alice = TestUser::new();
    let service = world.start().await;
    let status = async |method: Method, path: &str, body: Option<Value>| {
        world.call(&service, method, path, &alice, body).await.status().as_u16()
    };
    assert_eq!(status(Method::POST, SESSIONS, Some(json!({ "id": "x" }))).await, 422);
    assert_eq!(status(Method::POST, SESSIONS, Some(json!({ "id": id(), "more": 1 }))).await, 422);
    assert_eq!(status(Method::POST, SESSIONS, None).await, 415);
    assert_eq!(status(Method::GET, &format!("{SESSIONS}?limit=0"), None).await, 422);
    assert_eq!(status(Method::GET, &format!("{SESSIONS}?cursor=x"), None).await, 422);
    assert_eq!(status(Method::PUT, SESSIONS, None).await, 405);
}

/// Proves: W-32.
#[tokio::test]
async fn every_described_operation_is_there_and_closed_to_strangers_and_tokens_for_others() {
    let world = World::new().await;
    let service = world.start().await;
    let alice = TestUser::new();
    let wrong = world.issuer.token(&alice, ServiceName::Chats);
    let described = operations(&securechat_session::openapi());
    assert_eq!(described.len(), 5);
    for operation in described {
        let path = operation.path.replace("{id}", &id().to_string());
        let request = || {
            let method: Method = operation.method.parse().unwrap();
            let request = reqwest::Client::new().request(method, format!("http://{}{path}", service.public));
            if operation.method == "POST" { request.json(&json!({ "id": id() })) } else { request }
        };
        let answer = request().send().await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
        assert!(answer.headers().contains_key("www-authenticate"));
        assert_eq!(request().bearer_auth(&wrong).send().await.unwrap().status(), 401, "{path} with a wrong audience");
    }
}
