use securechat_config::Database;
use securechat_db::{Error, pool};
use securechat_test_kit::TestDatabase;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// Proves: H-23.
#[tokio::test]
async fn a_database_that_is_away_is_told_fast() {
    let database = TestDatabase::empty("db").await;
    let absent = Database { port: 1, acquire_timeout_ms: 500, ..database.config() };
    let start = Instant::now();
    let error = Error::from(pool(&absent).unwrap().acquire().await.unwrap_err());
    assert!(error.is_unavailable(), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_database_that_says_nothing_is_told_fast() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let database = TestDatabase::empty("db").await;
    let mute = Database { port: silent.local_addr().unwrap().port(), acquire_timeout_ms: 300, ..database.config() };
    let start = Instant::now();
    let error = Error::from(pool(&mute).unwrap().acquire().await.unwrap_err());
    assert!(error.is_unavailable(), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
