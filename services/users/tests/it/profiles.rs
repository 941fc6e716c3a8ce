use crate::fixture::{Person, TestApp};
use reqwest::Method;
use securechat_contracts::Permission;
use serde_json::{Value, json};

async fn put(app: &TestApp, who: &Person, of: &Person, body: Value) -> (u16, Value) {
    app.call(who, Method::PUT, &format!("/api/users/{}/profile", of.id), Some(body)).await
}

async fn patch(app: &TestApp, who: &Person, of: &Person, patch: Value) -> (u16, Value) {
    app.call(who, Method::PATCH, &format!("/api/users/{}", of.id), Some(patch)).await
}

fn kiel() -> Value {
    json!({"age": 30, "sex": "f", "location": "Kiel"})
}

/// Proves: W-25, W-26, B-20, B-33.
#[tokio::test]
async fn a_profile_is_written_as_a_whole_then_in_parts() {
    let app = TestApp::start().await;
    let [alice, bob] = app.people(["alice", "bob"]).await;
    let (_, before) = app.get(&alice, "/api/users/me").await;
    assert_eq!(put(&app, &alice, &alice, kiel()).await.0, 204);
    let change = json!([{"op": "test", "path": "/profile/age", "value": 30},
        {"op": "replace", "path": "/profile/location", "value": "Bonn"}]);
    assert_eq!(patch(&app, &alice, &alice, change.clone()).await.0, 204);
    let (_, after) = app.get(&bob, &format!("/api/users/{}", alice.id)).await;
    assert_eq!(after["profile"], json!({"age": 30, "sex": "f", "location": "Bonn"}));
    assert!(after["modifiedAt"].as_str() > before["modifiedAt"].as_str());
    assert_eq!(patch(&app, &alice, &alice, json!([{"op": "remove", "path": "/profile"}])).await.0, 204);
    assert_eq!(app.get(&alice, "/api/users/me").await.1["profile"], Value::Null);
    assert_eq!(patch(&app, &alice, &alice, change).await.0, 422, "there is no profile to be changed");
}

/// Proves: W-26, B-21.
#[tokio::test]
async fn what_no_profile_may_hold_is_refused_with_every_pointer_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let (status, problem) = put(&app, &alice, &alice, json!({"age": 11, "sex": "x", "location": ""})).await;
    let pointers: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!((status, pointers), (422, vec![json!("/age"), json!("/sex"), json!("/location")]));
    for body in [json!({"age": 30}), json!({"age": 1.5, "sex": "f", "location": "Kiel"}), Value::Null] {
        assert_eq!(put(&app, &alice, &alice, body.clone()).await.0, 422, "{body}");
    }
    let add = |value: Value| json!([{"op": "add", "path": "/profile", "value": value}]);
    for step in [
        add(Value::Null),
        add(json!({"age": 30})),
        add(json!({"age": 300, "sex": "f", "location": "Kiel"})),
        json!([{"op": "replace", "path": "/profile/age", "value": 30}]),
        json!([{"op": "replace", "path": "/id", "value": "x"}]),
        json!([{"op": "replace", "path": "", "value": {}}]),
        json!([{"op": "dance", "path": "/profile"}]),
        json!({"op": "add"}),
    ] {
        assert_eq!(patch(&app, &alice, &alice, step.clone()).await.0, 422, "{step}");
    }
    let test =
        json!([{"op": "add", "path": "/profile", "value": kiel()}, {"op": "test", "path": "/profile/age", "value": 9}]);
    assert_eq!(patch(&app, &alice, &alice, test).await.0, 409);
    assert_eq!(app.get(&alice, "/api/users/me").await.1["profile"], Value::Null);
}

/// Proves: W-32, H-15, A-11, B-08.
#[tokio::test]
async fn ones_own_profile_needs_one_permission_and_others_another() {
    let app = TestApp::start().await;
    let [alice, bob] = app.people(["alice", "bob"]).await;
    assert_eq!(put(&app, &bob, &alice, kiel()).await.0, 403);
    let bob = bob.with(&[Permission::UsersUpdateOthers]);
    assert_eq!(put(&app, &bob, &alice, kiel()).await.0, 204);
    let alice = alice.without_permissions();
    assert_eq!(put(&app, &alice, &alice, kiel()).await.0, 403);
    let nobody = crate::fixture::stranger("nobody");
    assert_eq!(put(&app, &bob, &nobody, kiel()).await.0, 404);
}
