//! What a call between services does about replicas that come and go.

use securechat_auth_verify::{ClientCredentials, Peer, PeerError, client};
use securechat_contracts::ServiceName;
use securechat_test_kit::{Stub, StubAnswer, TestIssuer};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

/// A replica of `chats` that answers its nth request as `answers` says, a peer that calls it, and how often it was asked.
async fn chats(
    answers: impl Fn(u32) -> StubAnswer + Send + Sync + 'static,
) -> (Peer, Arc<AtomicU32>, (TestIssuer, Stub)) {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    let stub = Stub::start(move |_| answers(counted.fetch_add(1, Relaxed) + 1)).await;
    let issuer = TestIssuer::start().await;
    let http = client().expect("a client");
    let tokens = Arc::new(ClientCredentials::new(ServiceName::Messaging, &issuer.identity(), http.clone()));
    let config = securechat_config::Peer { url: stub.url(), more_urls: Vec::new(), timeout_ms: 5_000 };
    (Peer::new(ServiceName::Chats, &config, http, tokens), asked, (issuer, stub))
}

#[tokio::test]
async fn a_call_whose_connection_ends_without_an_answer_is_made_once_more_whatever_its_method() {
    let (peer, asked, _servers) = chats(|n| (n % 2 == 1).then(|| (200, json!({ "n": n })))).await;
    let first: BTreeMap<String, u32> = peer.get("/internal/chats/one").await.unwrap();
    let read: BTreeMap<String, u32> = peer.get("/internal/chats/one").await.unwrap();
    let written: BTreeMap<String, u32> = peer.post("/internal/chats/one", &json!({})).await.unwrap();
    assert_eq!([first["n"], read["n"], written["n"]], [1, 3, 5]);
    assert_eq!(asked.load(Relaxed), 5);
}

#[tokio::test]
async fn a_service_that_never_answers_is_asked_twice_and_is_away() {
    let (peer, asked, _servers) = chats(|_| None).await;
    let answer: Result<Value, _> = peer.post("/internal/chats/one", &json!({})).await;
    assert!(matches!(answer, Err(PeerError::Unavailable { callee: ServiceName::Chats, .. })), "{answer:?}");
    assert_eq!(asked.load(Relaxed), 2);
}

#[tokio::test]
async fn what_a_service_answers_is_final() {
    let (peer, asked, _servers) = chats(|_| Some((503, json!({})))).await;
    let answer: Result<Value, _> = peer.get("/internal/chats/one").await;
    assert!(answer.is_err());
    assert_eq!(asked.load(Relaxed), 1);
}
