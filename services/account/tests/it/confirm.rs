use crate::fixture::{World, email, kind};
use crate::mailbox::{Mailbox, link, token};
use reqwest::Method;
use securechat_kernel::{Clock, SystemClock};
use securechat_test_kit::TestClock;
use serde_json::json;
use std::sync::Arc;

/// Proves: W-12, H-02, B-02, B-07, W-17.
#[tokio::test]
async fn the_mailed_link_confirms_once_and_permissions_appear() {
    let mailbox = Mailbox::open().await;
    let world = World::with(|config| config.mail = Some(mailbox.config())).await;
    let alice = world.registers("alice").await;
    let before = world.grant(&alice).await;
    assert_eq!((&before["permissions"], &before["authEpoch"]), (&json!([]), &json!(1)));
    let mail = mailbox.mails(&email("alice"), 1).await.remove(0);
    assert!(mail.contains("Hello alice"), "{mail}");
    let link = link(&mail);
    assert_eq!((link.host_str(), link.path()), (Some("chat.test"), "/account/confirm"));

    // Mail scanners open links: that changes nothing.
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let path = format!("{}?{}", link.path(), link.query().unwrap());
        let page = world.http.request(method.clone(), world.url(&path)).send().await.unwrap();
        assert!(method == Method::HEAD || page.status() == 200, "{}", page.status());
        assert_eq!(world.grant(&alice).await, before, "{method}");
    }
    let token = token(&mail);
    assert_eq!(world.confirms(&token).await.0, 204);
    let after = world.grant(&alice).await;
    assert_eq!(
        (&after["emailVerified"], &after["authEpoch"], &after["roles"]),
        (&json!(true), &json!(2), &json!(["user"]))
    );
    let permissions = json!(["users.view_others", "users.update_self", "messages.create", "chats.create"]);
    assert_eq!(after["permissions"], permissions);

    let again = world.confirms(&token).await;
    assert_eq!((kind(&again), &again.1["errors"][0]["pointer"]), ((422, "invalid-fields"), &json!("/token")));
    assert_eq!(world.grant(&alice).await, after);
    assert_eq!(world.told().await.0, "account.user-registered.v1");
    let (type_, event) = world.told().await;
    assert_eq!((type_.as_str(), &event["userId"]), ("account.email-confirmed.v1", &alice["id"]));
    let (type_, event) = world.told().await;
    assert_eq!(type_, "account.access-changed.v1");
    assert_eq!(event, json!({ "userId": alice["id"], "authEpoch": 2 }));
    world.told_nothing().await;
}

/// Proves: W-12, B-07.
#[tokio::test]
async fn no_other_secret_confirms_and_the_secret_is_stored_nowhere() {
    let mailbox = Mailbox::open().await;
    let world = World::with(|config| config.mail = Some(mailbox.config())).await;
    let (alice, _) = (world.registers("alice").await, world.registers("bobby").await);
    let right = token(&mailbox.mails(&email("alice"), 1).await[0]);
    let of_bobby = token(&mailbox.mails(&email("bobby"), 1).await[0]);
    // The one's half to find it by (22 characters hold 16 bytes and a bit), with the other's secret half.
    let crossed = format!("{}{}", &right[..24], &of_bobby[24..]);
    for wrong in ["", "nonsense", &right[..40], &format!("{right}AAAA"), &crossed] {
        assert_eq!(world.confirms(wrong).await.0, 422, "{wrong}");
    }
    assert_eq!(world.grant(&alice).await["emailVerified"], json!(false));
    let stored: Vec<u8> = sqlx::query_scalar("SELECT verifier_hash FROM mail_tokens LIMIT 1")
        .fetch_one(world.database.pool())
        .await
        .unwrap();
    assert_eq!(stored.len(), 32);
    assert_eq!(world.confirms(&right).await.0, 204);
}

/// Proves: W-13.
#[tokio::test]
async fn a_second_link_replaces_the_first_and_the_answer_tells_nobody_who_has_an_account() {
    let mailbox = Mailbox::open().await;
    let world = World::with(|config| config.mail = Some(mailbox.config())).await;
    let alice = world.registers("alice").await;
    let first = token(&mailbox.mails(&email("alice"), 1).await[0]);
    assert_eq!(world.asks_again("ALICE@example.org").await, 202);
    let second = mailbox.mails(&email("alice"), 2).await.iter().map(|mail| token(mail)).find(|t| *t != first).unwrap();
    assert_eq!(world.confirms(&first).await.0, 422);
    assert_eq!(world.confirms(&second).await.0, 204);
    assert_eq!(world.grant(&alice).await["emailVerified"], json!(true));
    // Nobody's address, and one that waits for nothing: the same answer, and no mail.
    assert_eq!(world.asks_again(&email("nobody")).await, 202);
    assert_eq!(world.asks_again(&email("alice")).await, 202);
    assert_eq!(world.count("mail_queue").await, 0);
    assert_eq!(mailbox.mails_now(&email("alice")).await.len(), 2);
    let wrong = world.post("/api/account/resend-confirmation", json!({ "email": "nobody" })).await;
    assert_eq!((wrong.0, &wrong.1["errors"][0]["pointer"]), (422, &json!("/email")));
}

/// Proves: W-13, B-37.
#[tokio::test]
async fn one_inbox_is_sent_only_so_many_links_whoever_asks() {
    let world = World::with(|config| config.mails_per_hour = 3).await;
    let ask = async |from: &str, who: &str| {
        let url = world.url("/api/account/resend-confirmation");
        let request = world.http.post(url).header("x-envoy-external-address", from);
        request.json(&json!({ "email": who })).send().await.unwrap().status().as_u16()
    };
    for number in 1..=3 {
        assert_eq!(ask(&format!("203.0.113.{number}"), "alice@example.org").await, 202);
    }
    assert_eq!(ask("203.0.113.9", "Alice@Example.org").await, 429, "the inbox, from wherever");
    for number in 1..=2 {
        assert_eq!(ask("203.0.113.9", &format!("{number}@example.org")).await, 202);
    }
    assert_eq!(ask("203.0.113.9", "other@example.org").await, 429, "the address, whatever the inbox");
}

/// Proves: W-12.
#[tokio::test]
async fn a_link_that_is_too_old_does_not_work() {
    let (mailbox, clock) = (Mailbox::open().await, TestClock::at(SystemClock.now()));
    let world = World::at(Arc::new(clock.clone()), |config| config.mail = Some(mailbox.config())).await;
    world.registers("alice").await;
    let old = token(&mailbox.mails(&email("alice"), 1).await[0]);
    clock.advance(time::Duration::hours(24));
    assert_eq!(world.confirms(&old).await.0, 422);
    let verified: bool =
        sqlx::query_scalar("SELECT email_verified FROM accounts").fetch_one(world.database.pool()).await.unwrap();
    assert!(!verified);
}
