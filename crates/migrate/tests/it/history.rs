use crate::{V1, V2, V3, files, migrations};
use securechat_migrate::{MigrateError, Migrator, Report, State};
use securechat_test_kit::TestDatabase;

/// Rank, version, description, type, script, checksum, installed by, success.
type Row = (i32, Option<String>, String, String, String, Option<i32>, String, bool);

async fn empty() -> TestDatabase {
    TestDatabase::empty("migrate").await
}

/// Proves: W-34.
#[tokio::test]
async fn pending_files_run_once_in_order_and_are_recorded_as_flyway_does() {
    let (database, files) = (empty().await, files());
    let migrator = Migrator::new(&files, database.ddl_pool().clone());
    let report = migrator.migrate(None).await.unwrap();
    assert_eq!(report.applied, ["V1__chats.sql", "V2__first_chat.sql", "V3__drop_nothing.sql"]);
    assert_eq!(migrator.migrate(None).await.unwrap(), Report { applied: vec![], version: 3 });

    let rows: Vec<Row> = sqlx::query_as(
        "SELECT installed_rank, version, description, type, script, checksum, installed_by, success \
         FROM flyway_schema_history ORDER BY installed_rank",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    let user = format!("{}_ddl", database.config().name);
    let first = (
        1,
        Some("1".into()),
        "chats".into(),
        "SQL".into(),
        "V1__chats.sql".into(),
        Some(files.files()[0].checksum),
        user,
        true,
    );
    assert_eq!((rows.len(), &rows[0]), (3, &first));
}

#[tokio::test]
async fn a_target_stops_before_the_contract_files() {
    let (database, files) = (empty().await, files());
    let migrator = Migrator::new(&files, database.ddl_pool().clone());
    assert_eq!(files.needed(), 2);
    assert_eq!(migrator.migrate(Some(2)).await.unwrap().version, 2);
    let plan: Vec<_> = migrator.plan(None).await.unwrap().iter().map(|file| file.script.as_str()).collect();
    assert_eq!(plan, ["V3__drop_nothing.sql"]);
    assert!(matches!(migrator.migrate(Some(9)).await, Err(MigrateError::Target(9))));
}

#[tokio::test]
async fn a_repeatable_file_runs_again_when_it_changed() {
    let database = empty().await;
    let with = |n: &str| {
        let text = format!("-- class: data\nREPLACE INTO chats VALUES ({n});");
        migrations(&[V1, ("R__rows.sql", &text)])
    };
    for (content, applied) in [("1", 2), ("1", 0), ("2", 1)] {
        let files = with(content);
        let report = Migrator::new(&files, database.ddl_pool().clone()).migrate(None).await.unwrap();
        assert_eq!(report.applied.len(), applied);
    }
}

#[tokio::test]
async fn an_older_build_leaves_a_newer_schema_alone() {
    let (database, newer, older) = (empty().await, files(), migrations(&[V1, V2]));
    Migrator::new(&newer, database.ddl_pool().clone()).migrate(None).await.unwrap();
    let old = Migrator::new(&older, database.ddl_pool().clone());
    assert_eq!(old.migrate(None).await.unwrap(), Report { applied: vec![], version: 3 });
    let states: Vec<State> = old.info().await.unwrap().iter().map(|info| info.state).collect();
    assert_eq!(states, [State::Applied, State::Applied, State::Future]);
}

#[tokio::test]
async fn baseline_takes_over_a_schema_that_was_made_by_other_means() {
    let (database, files) = (empty().await, files());
    sqlx::raw_sql("CREATE TABLE chats (id INT PRIMARY KEY)").execute(database.ddl_pool()).await.unwrap();
    let migrator = Migrator::new(&files, database.ddl_pool().clone());
    migrator.baseline(1).await.unwrap();
    assert_eq!(migrator.migrate(None).await.unwrap().applied, [V2.0, V3.0]);
    assert!(matches!(migrator.baseline(1).await, Err(MigrateError::NotEmpty)));
    let states: Vec<State> = migrator.info().await.unwrap().iter().map(|info| info.state).collect();
    assert_eq!(states, [State::Baseline, State::BelowBaseline, State::Applied, State::Applied]);
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let (database, files) = (empty().await, files());
    let migrator = Migrator::new(&files, database.ddl_pool().clone());
    assert_eq!(migrator.plan(None).await.unwrap().len(), 3);
    assert_eq!(migrator.version().await.unwrap(), 0);
    let tables: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()")
            .fetch_one(database.pool())
            .await
            .unwrap();
    assert_eq!(tables, 0);
}
