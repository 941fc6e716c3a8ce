//! Which tokens are let in, and which are not. (RFC 9068)

mod peer;

use securechat_auth_verify::{Caller, Claims, InvalidToken, Jwks, Verifier};
use securechat_config::TokenCheck;
use securechat_contracts::{Permission, ServiceName};
use securechat_kernel::{Clock, SystemClock};
use securechat_test_kit::{Stub, TestClock, TestIssuer, TestUser};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};
use time::Duration;

struct World {
    issuer: TestIssuer,
    verifier: Verifier,
    clock: TestClock,
    user: TestUser,
}

impl World {
    async fn new() -> Self {
        let issuer = TestIssuer::start().await;
        let clock = TestClock::at(SystemClock.now());
        let verifier = verifier(&issuer.token_check(), &clock);
        Self { issuer, verifier, clock, user: TestUser::new() }
    }

    async fn verify(&self, token: &str) -> Result<Caller, InvalidToken> {
        self.verifier.verify(token).await
    }

    async fn with(&self, change: impl FnOnce(&mut Claims)) -> Result<Caller, InvalidToken> {
        self.verify(&self.issuer.token_with(&self.user, ServiceName::Chats, change)).await
    }
}

fn verifier(config: &TokenCheck, clock: &TestClock) -> Verifier {
    Verifier::new(ServiceName::Chats, config, Jwks::new(config, reqwest::Client::new()), Arc::new(clock.clone()))
}

/// Proves: W-10, W-38.
#[tokio::test]
async fn a_good_token_names_the_person_and_what_she_may_do() {
    let world = World::new().await;
    let caller = world.verify(&world.issuer.token(&world.user, ServiceName::Chats)).await.unwrap();
    let user = caller.user().unwrap();
    assert_eq!((user.id, user.sid, user.auth_epoch), (world.user.id, world.user.sid, 1));
    assert!(user.may(Permission::MessagesCreate) && !user.may(Permission::ChatsDelete));
    assert!(caller.require_caller_of(ServiceName::Chats).is_err());
}

/// Proves: W-10, B-05.
#[tokio::test]
async fn a_token_for_another_service_or_of_another_issuer_is_refused() {
    let world = World::new().await;
    assert!(world.verify(&world.issuer.token(&world.user, ServiceName::Users)).await.is_err());
    assert!(world.with(|claims| claims.iss = "https://evil.test/auth".into()).await.is_err());
    assert!(matches!(world.with(|c| c.scope = "users".into()).await, Err(InvalidToken::MissingScope(_))));
}

#[tokio::test]
async fn a_token_is_good_for_its_time_only() {
    let world = World::new().await;
    let token = world.issuer.token(&world.user, ServiceName::Chats);
    world.clock.advance(Duration::minutes(6));
    assert!(matches!(world.verify(&token).await, Err(InvalidToken::OutOfTime)));
    let early = world.with(|claims| {
        claims.iat += 3_600;
        claims.exp += 7_200;
    });
    assert!(matches!(early.await, Err(InvalidToken::OutOfTime)));
}

/// Proves: B-05.
#[tokio::test]
async fn what_is_no_access_token_of_ours_is_refused() {
    let world = World::new().await;
    let good = world.issuer.token(&world.user, ServiceName::Chats);
    let mut parts: Vec<&str> = good.split('.').collect();
    let (header, signature) = (parts[0].to_owned(), parts[2].to_owned());
    let unsigned = format!("{header}.{}.", parts[1]);
    assert!(world.verify(&unsigned).await.is_err());
    let flipped = format!("A{}", &signature[1..]);
    parts[2] = &flipped;
    assert!(world.verify(&parts.join(".")).await.is_err(), "a forged signature");
    for text in ["", "x", "a.b.c", &"x".repeat(9_000)] {
        assert!(world.verify(text).await.is_err());
    }
}

#[tokio::test]
async fn a_change_of_access_voids_older_tokens_of_that_person_at_once() {
    let world = World::new().await;
    let token = world.issuer.token(&world.user, ServiceName::Chats);
    world.verifier.epochs().raise(world.user.id, 2);
    assert!(matches!(world.verify(&token).await, Err(InvalidToken::Superseded)));
    assert!(world.with(|claims| claims.auth_epoch = Some(2)).await.is_ok());
    let other = TestUser::new();
    assert!(world.verify(&world.issuer.token(&other, ServiceName::Chats)).await.is_ok());
}

/// Proves: H-22.
#[tokio::test]
async fn a_service_is_a_service_and_no_person() {
    let world = World::new().await;
    let token = world.issuer.service_token(ServiceName::Messaging, ServiceName::Chats);
    let caller = world.verify(&token).await.unwrap();
    assert_eq!(caller.require_caller_of(ServiceName::Chats).unwrap(), ServiceName::Messaging);
    assert!(caller.require_caller_of(ServiceName::Users).is_err());
    assert!(caller.user().is_err());
}

#[tokio::test]
async fn without_keys_nothing_is_let_in_until_the_issuer_is_back() {
    let world = World::new().await;
    let away = Arc::new(AtomicBool::new(true));
    let (gone, real) = (away.clone(), world.issuer.token_check());
    let keys: serde_json::Value = reqwest::get(real.jwks_url.clone()).await.unwrap().json().await.unwrap();
    let stub = Stub::start(move |_| (!gone.load(Relaxed)).then(|| (200, keys.clone()))).await;
    let verifier = verifier(&TokenCheck { jwks_url: stub.url(), ..real }, &world.clock);
    let token = world.issuer.token(&world.user, ServiceName::Chats);
    assert!(matches!(verifier.verify(&token).await, Err(InvalidToken::NoKeys(_))));
    away.store(false, Relaxed);
    assert!(verifier.verify(&token).await.is_ok());
    away.store(true, Relaxed);
    assert!(verifier.verify(&token).await.is_ok(), "known keys are kept");
}
