//! The client against a double of `users`; the real one is called in the tests of `services/users`.

use securechat_auth_verify::{ClientCredentials, PeerError};
use securechat_config::Peer;
use securechat_contracts::ServiceName;
use securechat_kernel::{IdGenerator, SystemIds, UserId};
use securechat_test_kit::{Stub, StubAnswer, StubRequest, TestIssuer};
use securechat_users_client::UsersClient;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use url::Url;

struct Fixture {
    client: UsersClient,
    calls: Arc<AtomicUsize>,
    _issuer: TestIssuer,
    _users: Stub,
}

/// A client and a `users` that answers the n-th call (from 0) as told.
async fn fixture(answer: impl Fn(usize, StubRequest) -> StubAnswer + Send + Sync + 'static) -> Fixture {
    let issuer = TestIssuer::start().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let users = Stub::start(move |request| answer(counted.fetch_add(1, Ordering::Relaxed), request)).await;
    let client = client(&issuer, users.url());
    Fixture { client, calls, _issuer: issuer, _users: users }
}

fn client(issuer: &TestIssuer, url: Url) -> UsersClient {
    let http = reqwest::Client::new();
    let tokens = Arc::new(ClientCredentials::new(ServiceName::Session, &issuer.identity(), http.clone()));
    UsersClient::new(&Peer { url, more_urls: Vec::new(), timeout_ms: 500 }, http, tokens)
}

fn somebody() -> UserId {
    UserId(SystemIds.uuid_v7())
}

/// Proves: W-35.
#[tokio::test]
async fn a_service_that_stumbles_is_asked_again() {
    let friend = somebody();
    let fixture = fixture(move |n, request| {
        assert!(request.authorization.is_some());
        match n {
            0 => None,
            1 => Some((503, json!({"type": "/problems/unavailable", "title": "away", "status": 503}))),
            _ => Some((200, json!({"friends": [{"id": friend, "userName": "bob"}]}))),
        }
    })
    .await;
    let friends = fixture.client.friends(somebody()).await.unwrap();
    assert_eq!((friends.len(), friends[0].id, friends[0].user_name.as_str()), (1, friend, "bob"));
    assert_eq!(fixture.calls.load(Ordering::Relaxed), 3);
}

/// Proves: W-35.
#[tokio::test]
async fn a_refusal_is_an_answer_and_is_not_repeated() {
    let forbidden = json!({"type": "/problems/caller-not-allowed", "title": "no", "status": 403});
    let fixture = fixture(move |_, _| Some((403, forbidden.clone()))).await;
    let error = fixture.client.are_friends(somebody(), somebody()).await.unwrap_err();
    assert!(matches!(error, PeerError::Problem { .. }), "{error}");
    assert_eq!(fixture.calls.load(Ordering::Relaxed), 1);
}

/// Proves: W-35.
#[tokio::test]
async fn a_service_that_keeps_failing_is_given_a_rest() {
    let fixture = fixture(|_, _| None).await;
    for _ in 0..5 {
        let error = fixture.client.friends(somebody()).await.unwrap_err();
        assert!(matches!(error, PeerError::Unavailable { .. }), "{error}");
    }
    assert_eq!(fixture.calls.load(Ordering::Relaxed), 6);
}

#[tokio::test]
async fn many_people_are_resolved_in_several_calls() {
    let fixture = fixture(|_, request| {
        let ids = request.json["ids"].as_array().unwrap().clone();
        let people: Vec<_> = ids.iter().map(|id| json!({"id": id, "userName": "somebody"})).collect();
        Some((200, json!({ "people": people })))
    })
    .await;
    let ids: Vec<UserId> = (0..501).map(|_| somebody()).collect();
    let people = fixture.client.resolve(&ids).await.unwrap();
    assert!(people.iter().map(|person| person.id).eq(ids));
    assert_eq!(fixture.calls.load(Ordering::Relaxed), 2);
    assert!(fixture.client.resolve(&[]).await.unwrap().is_empty());
}
