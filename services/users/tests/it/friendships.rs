use crate::fixture::TestApp;
use reqwest::Method;
use securechat_contracts::Permission;
use securechat_kernel::{IdGenerator, SystemIds};
use serde_json::json;

/// Proves: W-31, B-08, B-30, H-15.
#[tokio::test]
async fn either_friend_ends_the_friendship_and_both_are_told_by_name() {
    let app = TestApp::start().await;
    let [alice, bob, mallory] = app.people(["alice", "bob", "mallory"]).await;
    let mallory = mallory.with(&[Permission::UsersManage]);
    let friendship = app.befriends(&alice, &bob).await;
    let path = format!("/api/users/friendships/{}", friendship["id"].as_str().unwrap());
    assert_eq!(app.call(&mallory, Method::DELETE, &path, None).await.0, 403);
    assert_eq!(app.call(&alice, Method::DELETE, &path, None).await.0, 204);
    assert_eq!(app.call(&bob, Method::DELETE, &path, None).await.0, 404);
    assert_eq!(app.get(&bob, &path).await.0, 404);

    let mut told = app.told().await;
    let mut version = 0;
    while told.0 != "users.friendship-deleted.v1" {
        version = told.1["version"].as_u64().unwrap();
        told = app.told().await;
    }
    let event = told.1;
    assert_eq!((&event["friendshipId"], &event["deletedBy"]), (&friendship["id"], &json!(alice.id)));
    assert_eq!(event["users"], friendship["users"]);
    assert!(event["version"].as_u64().unwrap() > version, "the end is newer than the beginning");
}

/// Proves: W-30, H-15, W-32, B-57.
#[tokio::test]
async fn friendships_are_read_by_the_friends_and_by_who_manages_people() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.people(["alice", "bob", "carol"]).await;
    let friendship = app.befriends(&alice, &bob).await;
    let one = format!("/api/users/friendships/{}", friendship["id"].as_str().unwrap());
    let of_alice = format!("/api/users/{}/friendships", alice.id);
    assert_eq!(app.get(&bob, &one).await, (200, friendship.clone()));
    for path in [one.as_str(), of_alice.as_str(), "/api/users/friendships"] {
        assert_eq!(app.get(&carol, path).await.0, 403, "{path}");
    }
    let moderator = carol.with(&[Permission::UsersManage]);
    assert_eq!(app.get(&moderator, &one).await, (200, friendship.clone()));
    for path in [of_alice.as_str(), "/api/users/friendships"] {
        assert_eq!(app.get(&moderator, path).await.1["items"], json!([friendship]), "{path}");
    }
    let nowhere = format!("/api/users/friendships/{}", SystemIds.uuid_v7());
    assert_eq!(app.get(&moderator, &nowhere).await.0, 404);
}
