use crate::world::{Browser, PASSWORD, VERIFIER, World, hidden, location, query};
use reqwest::StatusCode;

/// Proves: W-01, W-02, W-10.
#[tokio::test]
async fn a_person_signs_in_and_the_application_gets_tokens_for_her() {
    let world = World::new().await;
    let browser = world.start().await;
    let tokens = browser.tokens().await;
    let access = crate::world::claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["aud"], serde_json::json!(["urn:securechat:chats"]));
    assert_eq!(access["permissions"], serde_json::json!(["messages.create"]));
    assert_eq!((&access["iss"], &access["auth_epoch"]), (&"http://localhost:9/auth".into(), &4.into()));
    let id = crate::world::claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(
        (&id["nonce"], &id["preferred_username"], &id["email_verified"]),
        (&"n1".into(), &"alice".into(), &true.into())
    );
    let info = browser.bearer("/auth/userinfo", tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(info.json::<serde_json::Value>().await.unwrap()["email"], "alice@example.org");
}

/// Proves: W-02.
#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_told_in_the_same_words() {
    let world = World::new().await;
    let browser = world.start().await;
    let text = async |name, password| {
        let answer = browser.sign_in_as(name, password).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        answer.text().await.unwrap().contains("User name and password do not match")
    };
    assert!(text("alice", "wrong").await);
    assert!(text("nobody", PASSWORD).await);
}

/// Whoever is on call sees how sign-ins and requests for tokens end.
#[tokio::test]
async fn sign_ins_and_tokens_are_counted() {
    let world = World::new().await;
    let browser = world.start().await;
    browser.sign_in_as("alice", "wrong").await;
    browser.tokens().await;
    let url = format!("http://{}/metrics", browser.running.admin);
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    for line in [
        "securechat_sign_ins_total{outcome=\"done\"} 1",
        "securechat_sign_ins_total{outcome=\"no_match\"} 1",
        "securechat_sign_ins_total{outcome=\"throttled\"} 0",
        "securechat_token_requests_total{grant=\"authorization_code\",outcome=\"done\"} 1",
        "securechat_database_connections_max",
        "securechat_dependency_up{dependency=\"cache\"} 1",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

/// Proves: W-02.
#[tokio::test]
async fn cancelling_tells_the_application_so() {
    let world = World::new().await;
    let browser = world.start().await;
    let (_, guard, return_to) = browser.sign_in_page().await;
    let answer =
        browser.post("/auth/login", &[("guard", &guard), ("return_to", &return_to), ("action", "cancel")]).await;
    let parameters = query(&location(&answer));
    assert_eq!((parameters["error"].as_str(), parameters["state"].as_str()), ("access_denied", "st"));
}

/// Proves: W-08.
#[tokio::test]
async fn a_forged_sign_in_is_refused_and_pages_defend_themselves() {
    let world = World::new().await;
    let browser = world.start().await;
    let page = browser.get("/auth/login").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let form = [("guard", "forged"), ("user_name", "alice"), ("password", PASSWORD), ("action", "sign-in")];
    assert_eq!(browser.post("/auth/login", &form).await.status(), StatusCode::FORBIDDEN);
}

/// Proves: H-04, B-04.
#[tokio::test]
async fn prompt_none_signs_in_silently_or_says_that_it_cannot() {
    let world = World::new().await;
    let browser = world.start().await;
    let answer = browser.get(&Browser::authorize("&prompt=none")).await;
    assert_eq!(query(&location(&answer))["error"], "login_required");
    browser.code().await;
    let answer = browser.get(&Browser::authorize("&prompt=none")).await;
    let code = query(&location(&answer))["code"].clone();
    assert_eq!(browser.redeem(&code, VERIFIER).await.0, 200);
}

/// Proves: H-07, B-42.
#[tokio::test]
async fn guessing_is_stopped_for_the_name_also_on_another_replica() {
    let world = World::new().await;
    let (one, two) = (world.start().await, world.start().await);
    for _ in 0..3 {
        assert_eq!(one.sign_in_as("alice", "wrong").await.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(two.sign_in_as("alice", PASSWORD).await.status(), StatusCode::TOO_MANY_REQUESTS);
}

/// Proves: W-05.
#[tokio::test]
async fn signing_out_asks_unless_the_application_proves_itself_and_ends_every_token() {
    let world = World::new().await;
    let browser = world.start().await;
    let tokens = browser.tokens().await;
    let page = browser.get("/auth/logout?post_logout_redirect_uri=http://localhost:9/signed-out").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("Sign out of every application"));
    let hint = tokens["id_token"].as_str().unwrap();
    let path =
        format!("/auth/logout?id_token_hint={hint}&post_logout_redirect_uri=http://localhost:9/signed-out&state=x");
    assert_eq!(location(&browser.get(&path).await), "http://localhost:9/signed-out?state=x");
    assert_eq!(browser.refresh(tokens["refresh_token"].as_str().unwrap()).await.0, 400);
    let answer = browser.get(&Browser::authorize("&prompt=none")).await;
    assert_eq!(query(&location(&answer))["error"], "login_required");
}

#[tokio::test]
async fn the_page_leads_to_registration_and_back_to_the_pending_sign_in() {
    let world = World::new().await;
    let browser = world.start().await;
    let (path, _, return_to) = browser.sign_in_page().await;
    let page = browser.get(&path).await.text().await.unwrap().replace("&#x2f;", "/");
    assert!(page.contains("/account/register?return_to=/auth/authorize%3Fresponse_type%3Dcode"), "{page}");
    assert!(return_to.starts_with("/auth/authorize?response_type=code"));
    assert_eq!(hidden(&page, "return_to").replace("&amp;", "&"), return_to);
}
