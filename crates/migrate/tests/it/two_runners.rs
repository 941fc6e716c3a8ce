use crate::{V1, migrations};
use securechat_migrate::{MigrateError, Migrator};
use securechat_test_kit::TestDatabase;
use std::time::Duration;

const SLOW: (&str, &str) =
    ("V2__slow.sql", "-- class: data\nINSERT INTO chats SELECT 1 FROM (SELECT SLEEP(1.2)) AS s;");

/// Proves: W-34.
#[tokio::test]
async fn two_runners_at_once_apply_every_file_once() {
    let files = migrations(&[V1, SLOW]);
    let database = TestDatabase::empty("migrate").await;
    let run = || Migrator::new(&files, database.ddl_pool().clone());
    let (one, two) = (run(), run());
    let (one, two) = tokio::join!(one.migrate(None), two.migrate(None));
    let mut applied = one.unwrap().applied;
    applied.extend(two.unwrap().applied);
    assert_eq!(applied, ["V1__chats.sql", "V2__slow.sql"]);
}

#[tokio::test]
async fn who_waits_too_long_for_another_runner_is_told_so() {
    let database = TestDatabase::empty("migrate").await;
    let lock = format!("securechat-migrate:{}", database.config().name);
    let mut holder = database.pool().acquire().await.unwrap();
    let got: Option<i64> =
        sqlx::query_scalar("SELECT GET_LOCK(?, 0)").bind(lock).fetch_one(&mut *holder).await.unwrap();
    assert_eq!(got, Some(1));
    let files = migrations(&[V1]);
    let migrator = Migrator::new(&files, database.ddl_pool().clone()).lock_wait(Duration::from_secs(1));
    assert!(matches!(migrator.migrate(None).await, Err(MigrateError::Locked { seconds: 1, .. })));
}
