use crate::world::World;
use securechat_test_kit::eventually;
use serde_json::Value;
use time::Duration;

async fn published(browser: &crate::world::Browser) -> Vec<String> {
    let set: Value = browser.get("/auth/jwks").await.json().await.unwrap();
    let keys = set["keys"].as_array().unwrap();
    assert!(keys.iter().all(|key| key.get("d").is_none()), "no private part is published");
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Proves: H-26, B-06, B-38.
#[tokio::test]
async fn replicas_share_one_key_and_it_outlives_restarts() {
    let world = World::new().await;
    let (one, two) = tokio::join!(world.start(), world.start());
    let keys = published(&one).await;
    assert_eq!(keys.len(), 1);
    assert_eq!(published(&two).await, keys);
    let token = one.tokens().await["access_token"].as_str().unwrap().to_owned();
    one.running.stop().await;
    let again = world.start().await;
    assert_eq!(published(&again).await, keys);
    assert_eq!(again.bearer("/auth/userinfo", &token).await.status(), 200);
}

/// Proves: H-26.
#[tokio::test]
async fn a_new_key_is_announced_before_it_signs() {
    let world = World::new().await;
    let browser = world.start().await;
    let first = published(&browser).await;
    browser.running.stop().await;
    world.clock.advance(Duration::days(30) - Duration::minutes(5));
    let browser = world.start().await;
    let both = published(&browser).await;
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
    let header = browser.tokens().await["access_token"].as_str().unwrap().split('.').next().unwrap().to_owned();
    let header = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&header).unwrap()["kid"], first[0].as_str());
}

/// Proves: H-26.
#[tokio::test]
async fn with_another_key_encryption_key_it_is_not_ready_and_replaces_nothing() {
    let world = World::new().await;
    let browser = world.start().await;
    let keys = published(&browser).await;
    browser.running.stop().await;
    let locked_out = world.launch(|config| config.key_encryption_key_file = world.other_key()).await;
    eventually("the reason is told", async || {
        let report = locked_out.running.health.report().await;
        report.checks.iter().any(|check| check.reason.as_deref().is_some_and(|r| r.contains("does not open")))
    })
    .await;
    assert!(!locked_out.running.health.is_ready());
    locked_out.running.stop().await;
    assert_eq!(published(&world.start().await).await, keys);
}
