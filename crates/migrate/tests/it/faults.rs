use crate::{V1, V2, V3, files, migrations};
use securechat_migrate::{MigrateError, Migrations, Migrator, State};
use securechat_test_kit::TestDatabase;

async fn migrated(files: &Migrations) -> TestDatabase {
    TestDatabase::new("migrate", files).await
}

async fn refusal(database: &TestDatabase, files: &Migrations) -> String {
    let migrator = Migrator::new(files, database.ddl_pool().clone());
    assert_eq!(migrator.validate().await.unwrap_err().len(), 1);
    migrator.migrate(None).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_changed_file_is_refused_by_name() {
    let database = migrated(&files()).await;
    let changed = migrations(&[V1, (V2.0, "-- class: data\nINSERT INTO chats VALUES (2);"), V3]);
    let refusal = refusal(&database, &changed).await;
    assert!(refusal.starts_with("V2__first_chat.sql was changed after it was applied"), "{refusal}");

    let migrator = Migrator::new(&changed, database.ddl_pool().clone());
    migrator.repair().await.unwrap();
    assert_eq!(migrator.migrate(None).await.unwrap().applied, Vec::<String>::new());
}

#[tokio::test]
async fn a_missing_file_is_refused_by_name_until_repair_accepts_it() {
    let database = migrated(&files()).await;
    let without = migrations(&[V1, V3]);
    let refusal = refusal(&database, &without).await;
    assert!(refusal.starts_with("V2__first_chat.sql was applied but is missing"), "{refusal}");

    let migrator = Migrator::new(&without, database.ddl_pool().clone());
    migrator.repair().await.unwrap();
    migrator.migrate(None).await.unwrap();
    assert_eq!(migrator.info().await.unwrap()[1].state, State::Deleted);
}

#[tokio::test]
async fn a_file_below_an_applied_one_is_refused_by_name() {
    let database = migrated(&migrations(&[V1, V3])).await;
    let refusal = refusal(&database, &files()).await;
    assert_eq!(refusal, "V2__first_chat.sql comes too late: version 3 is applied already; give it a number above");
}

/// Proves: W-34.
#[tokio::test]
async fn a_failing_statement_names_file_line_and_server_error_and_leaves_a_row() {
    let broken = ("V2__broken.sql", "-- class: expand\n\nALTER TABLE chats\n  ADD COLUMN\n  no_type;\n");
    let files = migrations(&[V1, broken]);
    let database = TestDatabase::empty("migrate").await;
    let migrator = Migrator::new(&files, database.ddl_pool().clone());
    let error = migrator.migrate(None).await.unwrap_err();
    assert!(matches!(&error, MigrateError::Statement { line: 5, .. }), "{error}");
    let text = error.to_string();
    assert!(text.starts_with("V2__broken.sql:5: ") && text.contains("(error 1064)"), "{text}");
    assert!(text.ends_with("; the statement: ALTER TABLE chats ADD COLUMN no_type"), "{text}");

    let (script, success): (String, bool) =
        sqlx::query_as("SELECT script, success FROM flyway_schema_history WHERE version = '2'")
            .fetch_one(database.pool())
            .await
            .unwrap();
    assert_eq!((script.as_str(), success), ("V2__broken.sql", false));

    // It changed nothing, so that it may simply run again: with the file as it is, or mended.
    assert_eq!(migrator.migrate(None).await.unwrap_err().to_string(), text);
    let mended = migrations(&[V1, ("V2__broken.sql", "-- class: expand\nALTER TABLE chats ADD COLUMN a INT;")]);
    let migrator = Migrator::new(&mended, database.ddl_pool().clone());
    assert_eq!(migrator.migrate(None).await.unwrap().applied, ["V2__broken.sql"]);
    migrator.validate().await.unwrap();
    let rows: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM flyway_schema_history").fetch_one(database.pool()).await.unwrap();
    assert_eq!(rows, 2, "the failed run is forgotten");
}

/// Going back to the former build after a failed migration: what failed is none of its files.
///
/// Proves: W-34.
#[tokio::test]
async fn a_newer_builds_failed_file_does_not_stop_an_older_build() {
    let broken = ("V2__broken.sql", "-- class: expand\nALTER TABLE nowhere ADD COLUMN a INT;");
    let database = TestDatabase::empty("migrate").await;
    let (newer, older) = (migrations(&[V1, broken]), migrations(&[V1]));
    Migrator::new(&newer, database.ddl_pool().clone()).migrate(None).await.unwrap_err();
    let old = Migrator::new(&older, database.ddl_pool().clone());
    assert_eq!(old.migrate(None).await.unwrap().applied, Vec::<String>::new());
    old.validate().await.unwrap();
}

/// A file that breaks the house's rules may leave half of itself behind: only a person can tell.
#[tokio::test]
async fn a_file_that_may_have_left_something_behind_is_not_run_again_until_repair() {
    let two = ("V2__two.sql", "-- class: expand\nCREATE TABLE a (id INT PRIMARY KEY);\nALTER TABLE nowhere ADD b INT;");
    let files = migrations(&[V1, two]);
    let database = TestDatabase::empty("migrate").await;
    let migrator = Migrator::new(&files, database.ddl_pool().clone());
    migrator.migrate(None).await.unwrap_err();
    let again = migrator.migrate(None).await.unwrap_err().to_string();
    assert!(again.starts_with("V2__two.sql failed in an earlier run and may have left"), "{again}");
    sqlx::raw_sql("DROP TABLE a; CREATE TABLE nowhere (id INT PRIMARY KEY)")
        .execute(database.ddl_pool())
        .await
        .unwrap();
    migrator.repair().await.unwrap();
    assert_eq!(migrator.migrate(None).await.unwrap().applied, ["V2__two.sql"]);
}

/// Rows change all together or not at all, so that a mended file finds them as they were.
#[tokio::test]
async fn a_statement_of_rows_that_fails_names_its_first_line_and_takes_the_others_back() {
    let broken = ("V2__rows.sql", "-- class: data\nINSERT INTO chats VALUES (1);\n\nINSERT INTO chats VALUES (1);\n");
    let files = migrations(&[V1, broken]);
    let database = TestDatabase::empty("migrate").await;
    let error = Migrator::new(&files, database.ddl_pool().clone()).migrate(None).await.unwrap_err().to_string();
    // MySQL names the table before the key, MariaDB does not.
    let told = error.replace("chats.", "");
    let expected = "V2__rows.sql:4: Duplicate entry '1' for key 'PRIMARY' (error 1062); \
                    the statement: INSERT INTO chats VALUES (1)";
    assert_eq!(told, expected);
    let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM chats").fetch_one(database.pool()).await.unwrap();
    assert_eq!(rows, 0);
}
