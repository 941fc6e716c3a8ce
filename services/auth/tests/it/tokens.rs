use crate::world::{VERIFIER, World, json_of};
use std::sync::atomic::Ordering::Relaxed;

#[tokio::test]
async fn a_code_works_once_and_using_it_twice_revokes_what_came_of_it() {
    let world = World::new().await;
    let browser = world.start().await;
    let code = browser.code().await;
    let (_, tokens) = browser.redeem(&code, VERIFIER).await;
    assert_eq!(browser.redeem(&code, VERIFIER).await.1["error"], "invalid_grant");
    assert_eq!(browser.refresh(tokens["refresh_token"].as_str().unwrap()).await.0, 400, "revoked");
}

#[tokio::test]
async fn a_code_needs_its_verifier_and_its_time() {
    let world = World::new().await;
    let browser = world.start().await;
    let code = browser.code().await;
    let wrong = "another-verifier-that-is-long-enough-for-the-standard";
    assert_eq!(browser.redeem(&code, wrong).await.1["error"], "invalid_grant");
    world.clock.advance(time::Duration::seconds(61));
    assert_eq!(browser.redeem(&code, VERIFIER).await.1["error"], "invalid_grant");
}

/// Proves: H-04.
#[tokio::test]
async fn a_refresh_token_is_exchanged_and_its_reuse_ends_the_family() {
    let world = World::new().await;
    let browser = world.start().await;
    let first = browser.tokens().await["refresh_token"].as_str().unwrap().to_owned();
    let (status, tokens) = browser.refresh(&first).await;
    assert_eq!(status, 200);
    let second = tokens["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!(browser.refresh(&first).await.1["error"], "invalid_grant");
    assert_eq!(browser.refresh(&second).await.1["error"], "invalid_grant", "the family is gone");
}

#[tokio::test]
async fn many_exchanges_of_one_refresh_token_at_once_yield_at_most_one() {
    let world = World::new().await;
    let (one, two) = (world.start().await, world.start().await);
    let token = one.tokens().await["refresh_token"].as_str().unwrap().to_owned();
    let (a, b, c, d) = tokio::join!(one.refresh(&token), two.refresh(&token), one.refresh(&token), two.refresh(&token));
    let good = [a.0, b.0, c.0, d.0].iter().filter(|status| **status == 200).count();
    assert!(good <= 1, "{good} exchanges succeeded");
}

/// Proves: H-04.
#[tokio::test]
async fn while_account_is_away_a_refresh_is_503_and_the_token_stays_good() {
    let world = World::new().await;
    let browser = world.start().await;
    let token = browser.tokens().await["refresh_token"].as_str().unwrap().to_owned();
    world.account_is_away.store(true, Relaxed);
    assert_eq!(browser.refresh(&token).await.0, 503);
    world.account_is_away.store(false, Relaxed);
    assert_eq!(browser.refresh(&token).await.0, 200);
}

/// Proves: H-22, B-05.
#[tokio::test]
async fn a_service_gets_a_token_for_an_allowed_audience_only_with_its_secret() {
    let world = World::new().await;
    let browser = world.start().await;
    let ask = async |resource, secret| {
        let form = [("grant_type", "client_credentials"), ("resource", resource)];
        json_of(browser.internal("/internal/token", &form, Some(("session", secret))).await).await
    };
    let (status, tokens) = ask("urn:securechat:users", "session-secret").await;
    assert_eq!(status, 200);
    let claims = crate::world::claims(tokens["access_token"].as_str().unwrap());
    assert_eq!((&claims["sub"], &claims["aud"]), (&"session".into(), &serde_json::json!(["urn:securechat:users"])));
    assert_eq!(ask("urn:securechat:account", "session-secret").await.1["error"], "invalid_target");
    assert_eq!(ask("urn:securechat:users", "wrong").await.0, 401);
}
