use crate::fixture::{MIGRATIONS, TestApp, config, run};
use securechat_config::Database;
use securechat_contracts::ServiceName;
use securechat_test_kit::{TestBroker, TestDatabase, TestIssuer, TestUser, eventually};
use serde_json::json;

/// Proves: H-23.
#[tokio::test]
async fn without_its_database_a_request_is_answered_503_with_a_time_to_come_back() {
    let (issuer, broker) = (TestIssuer::start().await, TestBroker::new().await);
    let database = TestDatabase::new("users", &MIGRATIONS).await;
    let mut config = config(&issuer, &database, &broker);
    config.database = Database { port: 1, acquire_timeout_ms: 300, ..database.config() };
    let running = run(&config).await;
    let request = reqwest::Client::new().get(format!("http://{}/api/users/me", running.public));
    let token = issuer.token(&TestUser::new(), ServiceName::Users);
    let answer = request.bearer_auth(token).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("retry-after")), (503, true));
    assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["type"], "/problems/unavailable");
    assert!(!running.health.is_ready());
}

/// Proves: H-23, B-09.
#[tokio::test]
async fn a_registration_that_makes_no_sense_is_parked_and_the_next_is_taken() {
    let app = TestApp::start().await;
    let long = crate::fixture::stranger(&"x".repeat(300));
    app.tell(&crate::fixture::registered(&long)).await;
    app.person("alice").await;
    let mut parked = Vec::new();
    // Tried again some times first, five seconds apart.
    eventually("the event to be tried again", async || {
        parked.extend(app.broker.take_all("users.retry").await);
        !parked.is_empty()
    })
    .await;
    assert_eq!(parked[0].1["data"]["userId"], json!(long.id));
}

/// Proves: H-23, B-23.
#[tokio::test]
async fn a_request_made_while_the_broker_is_lost_is_told_when_it_is_back() {
    let app = TestApp::start().await;
    let [alice, bob] = app.people(["alice", "bob"]).await;
    app.broker.cut_connections().await;
    let request = app.asks(&alice, &bob).await;
    eventually("an empty outbox", async || securechat_outbox::pending(app.database.pool()).await.unwrap().rows == 0)
        .await;
    assert_eq!(request["state"], "pending");
}
