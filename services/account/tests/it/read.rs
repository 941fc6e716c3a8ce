use crate::fixture::{World, kind};
use securechat_contracts::Permission;
use securechat_test_kit::TestUser;
use serde_json::{Value, json};

fn user(account: &Value) -> TestUser {
    TestUser { id: account["id"].as_str().unwrap().parse().unwrap(), ..TestUser::new() }
}

/// Proves: W-16, W-21, B-57, H-15, W-32.
#[tokio::test]
async fn an_account_is_read_by_its_owner_and_by_who_manages_people_and_by_nobody_else() {
    let world = World::new().await;
    let (account, other) = (world.registers("alice").await, world.registers("mallory").await);
    let (alice, mallory) = (user(&account), user(&other));
    let path = format!("/api/account/{}", alice.id);
    assert_eq!(world.get(&alice, "/api/account/me").await, (200, account.clone()));
    assert_eq!(world.get(&alice, &path).await, (200, account.clone()));
    let refused = world.get(&mallory, &path).await;
    assert_eq!(kind(&refused), (403, "forbidden"));
    assert!(!refused.1.to_string().contains("example.org"));
    let nowhere = format!("/api/account/{}", TestUser::new().id);
    assert_eq!(kind(&world.get(&mallory, &nowhere).await), (403, "forbidden"), "who may not ask learns nothing");

    let moderator = TestUser { permissions: vec![Permission::UsersManage], ..mallory };
    assert_eq!(world.get(&moderator, &path).await, (200, account));
    assert_eq!(kind(&world.get(&moderator, &nowhere).await), (404, "not-found"));
    assert_eq!(world.get(&moderator, "/api/account/no-id").await.0, 404);
    for path in ["/api/account/me", path.as_str()] {
        let answer = world.http.get(world.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert!(answer.headers().contains_key("www-authenticate"));
    }
    // Signed in, but without an account: a token outlived it.
    assert_eq!(world.get(&TestUser::new(), "/api/account/me").await.0, 404);
    assert_eq!(world.get(&alice, "/api/account/me").await.1["userName"], json!("alice"));
}
