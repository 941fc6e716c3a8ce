use crate::fixture::{TestApp, stranger};
use securechat_auth_verify::{ClientCredentials, PeerError};
use securechat_config::Peer;
use securechat_contracts::ServiceName;
use securechat_users_client::UsersClient;
use std::sync::Arc;

fn client(app: &TestApp, caller: ServiceName) -> UsersClient {
    let http = reqwest::Client::new();
    let tokens = Arc::new(ClientCredentials::new(caller, &app.issuer.identity(), http.clone()));
    let url = format!("http://{}/", app.running.internal).parse().unwrap();
    UsersClient::new(&Peer { url, more_urls: Vec::new(), timeout_ms: 2_000 }, http, tokens)
}

/// Proves: W-35, H-22.
#[tokio::test]
async fn services_learn_friends_and_names_through_the_client() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.people(["alice", "bob", "carol"]).await;
    app.befriends(&bob, &alice).await;
    let client = client(&app, ServiceName::Session);
    let friends = client.friends(alice.id).await.unwrap();
    assert_eq!((friends.len(), friends[0].id, friends[0].user_name.as_str()), (1, bob.id, "bob"));
    assert_eq!(client.friends(bob.id).await.unwrap()[0].id, alice.id);
    assert!(client.friends(carol.id).await.unwrap().is_empty());
    assert!(client.are_friends(alice.id, bob.id).await.unwrap());
    assert!(client.are_friends(bob.id, alice.id).await.unwrap());
    assert!(!client.are_friends(alice.id, carol.id).await.unwrap());
    let mut names = client.resolve(&[carol.id, stranger("nobody").id, alice.id]).await.unwrap();
    names.sort_by(|a, b| a.user_name.cmp(&b.user_name));
    assert_eq!(names.iter().map(|person| person.id).collect::<Vec<_>>(), [alice.id, carol.id]);
    assert!(client.resolve(&[]).await.unwrap().is_empty());
}

/// Proves: H-22, B-05.
#[tokio::test]
async fn a_service_that_is_not_in_the_table_and_people_are_refused() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let error = client(&app, ServiceName::Messaging).friends(alice.id).await.unwrap_err();
    let PeerError::Problem { problem, .. } = error else { panic!("{error}") };
    assert_eq!((problem.status, problem.type_.as_str()), (403, "/problems/caller-not-allowed"));
    let url = format!("http://{}/internal/users/{}/friends", app.running.internal, alice.id);
    let token = app.issuer.token(&alice, ServiceName::Users);
    assert_eq!(reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap().status(), 403);
}
