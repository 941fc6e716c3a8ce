use crate::fixture::{Person, TestApp, registered, stranger};
use securechat_contracts::event::AccessChanged;
use securechat_contracts::{Permission, ServiceName};
use securechat_test_kit::eventually;
use serde_json::{Value, json};

/// Proves: W-22, W-23, B-01.
#[tokio::test]
async fn who_registered_is_known_and_telling_it_twice_changes_nothing() {
    let app = TestApp::start().await;
    let alice = stranger("alice");
    assert_eq!(app.get(&alice, "/api/users/me").await.0, 404);
    app.tell(&registered(&alice)).await;
    app.tell(&registered(&alice)).await;
    let bob = app.person("bob").await;
    eventually("alice to be known", async || app.get(&alice, "/api/users/me").await.0 == 200).await;
    let (_, view) = app.get(&alice, "/api/users/me").await;
    assert_eq!(
        (&view["id"], &view["userName"], &view["email"], &view["profile"]),
        (&json!(alice.id), &json!("alice"), &json!("alice@example.org"), &Value::Null)
    );
    assert_eq!(app.get(&bob, "/api/users").await.1["total"], 1);
}

/// Proves: W-23, W-32, H-15, B-34, B-57.
#[tokio::test]
async fn others_are_seen_with_the_permission_and_their_address_only_by_who_manages_people() {
    let app = TestApp::start().await;
    let [alice, bob] = app.people(["alice", "bob"]).await;
    let path = format!("/api/users/{}", alice.id);
    let (status, view) = app.get(&bob, &path).await;
    assert_eq!((status, &view["userName"], &view["email"]), (200, &json!("alice"), &Value::Null));
    let bob = bob.with(&[Permission::UsersManage]);
    assert_eq!(app.get(&bob, &path).await.1["email"], "alice@example.org");
    let bob = bob.without_permissions();
    assert_eq!(app.get(&bob, &path).await.0, 403);
    assert_eq!(app.get(&bob, "/api/users").await.0, 403);
    let bob = bob.with(&[Permission::UsersViewOthers]);
    assert_eq!(app.get(&bob, &format!("/api/users/{}", stranger("x").id)).await.0, 404);
    assert_eq!(app.get(&bob, "/api/users/no-id").await.0, 404);
}

async fn search(app: &TestApp, who: &Person, query: &str) -> (Vec<String>, u64, Option<String>) {
    let (status, page) = app.get(who, &format!("/api/users?{query}")).await;
    assert_eq!(status, 200, "{page}");
    let names = page["items"].as_array().unwrap().iter().map(|user| user["userName"].as_str().unwrap().to_owned());
    (names.collect(), page["total"].as_u64().unwrap(), page["nextCursor"].as_str().map(str::to_owned))
}

/// Proves: W-24, W-33, H-16, B-17, B-18.
#[tokio::test]
async fn search_filters_sorts_pages_counts_what_fits_and_leaves_oneself_out() {
    let app = TestApp::start().await;
    let [alice, _, ada, _] = app.people(["alice", "Bob", "ada", "al_x"]).await;
    let found = async |query: &str| search(&app, &alice, query).await;
    assert_eq!(found("").await, (vec!["ada".into(), "al_x".into(), "Bob".into()], 3, None));
    assert_eq!(found("name=A").await.0, ["ada", "al_x"]);
    assert_eq!(found("name=al_").await.0, ["al_x"], "an underscore is no wildcard");
    assert_eq!(found("name=%25").await.1, 0);
    assert_eq!(found("email=BOB@example.org").await, (vec!["Bob".into()], 1, None));
    assert_eq!(found("email=bob@example").await.1, 0);
    assert_eq!(found(&format!("id={}", ada.id)).await.0, ["ada"]);
    assert_eq!(found(&format!("id={}&name=b", ada.id)).await.1, 0, "all must hold");
    assert_eq!(found(&format!("id={}", alice.id)).await.1, 0, "oneself is left out");
    assert_eq!(found("orderBy=-userName").await.0, ["Bob", "al_x", "ada"]);
    assert_eq!(found("orderBy=createdAt").await.0, ["Bob", "ada", "al_x"]);
    for order in ["userName", "-userName", "createdAt", "-createdAt"] {
        let whole = found(&format!("orderBy={order}")).await.0;
        let (mut parts, total, mut next) = found(&format!("orderBy={order}&limit=2")).await;
        assert_eq!((parts.len(), total), (2, 3));
        while let Some(cursor) = next {
            let (more, total, after) = found(&format!("orderBy={order}&limit=2&cursor={cursor}")).await;
            parts.extend(more);
            next = after;
            assert_eq!(total, 3);
        }
        assert_eq!(parts, whole, "{order}");
    }
    for (query, pointer) in [("orderBy=shoeSize", "?orderBy"), ("id=7", "?id"), ("limit=0", "?limit"), ("shoe=1", "?")]
    {
        let (status, problem) = app.get(&alice, &format!("/api/users?{query}")).await;
        assert_eq!((status, problem["errors"][0]["pointer"].as_str()), (422, Some(pointer)), "{query}");
    }
}

/// Proves: W-10, B-05, B-40.
#[tokio::test]
async fn without_a_token_for_this_service_nothing_is_told() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let url = format!("http://{}/api/users/me", app.running.public);
    let http = reqwest::Client::new();
    let answer = http.get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("www-authenticate")), (401, true));
    let other = app.issuer.token(&alice, ServiceName::Chats);
    assert_eq!(http.get(&url).bearer_auth(other).send().await.unwrap().status(), 401);
    let service = app.issuer.service_token(ServiceName::Session, ServiceName::Users);
    assert_eq!(http.get(&url).bearer_auth(service).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_token_from_before_a_change_of_access_is_void() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    app.tell(&AccessChanged { user_id: alice.id, auth_epoch: 2 }).await;
    eventually("the old token to be void", async || app.get(&alice, "/api/users/me").await.0 == 401).await;
}
