use securechat_db::{Connection, Error, Pool, observe, transaction, work};
use securechat_metrics::Metrics;
use securechat_test_kit::TestDatabase;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tokio::sync::Barrier;

/// A service's own error, wrapping the database's.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Database(#[from] Error),
    #[error("refused")]
    Refused,
}

async fn counters() -> TestDatabase {
    let database = TestDatabase::empty("db").await;
    let table = "CREATE TABLE counters (id INT PRIMARY KEY, n INT NOT NULL, CONSTRAINT ck_n CHECK (n < 100)); \
                 INSERT INTO counters VALUES (1, 0), (2, 0);";
    sqlx::raw_sql(table).execute(database.ddl_pool()).await.unwrap();
    database
}

async fn add(connection: &mut Connection, id: i32, n: i32) -> Result<(), Error> {
    sqlx::query("UPDATE counters SET n = n + ? WHERE id = ?").bind(n).bind(id).execute(connection).await?;
    Ok(())
}

async fn total(pool: &Pool) -> i64 {
    sqlx::query_scalar("SELECT CAST(SUM(n) AS SIGNED) FROM counters").fetch_one(pool).await.unwrap()
}

/// Whoever is on call sees a pool that is used up.
#[tokio::test]
async fn the_connections_of_a_pool_are_told() {
    let database = counters().await;
    let metrics = Metrics::default();
    observe(database.pool(), &metrics);
    let held = database.pool().acquire().await.unwrap();
    let text = metrics.text();
    assert!(text.contains("\nsecurechat_database_connections{state=\"used\"} 1\n"), "{text}");
    let most = database.pool().options().get_max_connections();
    assert!(text.contains(&format!("\nsecurechat_database_connections_max {most}\n")), "{text}");
    drop(held);
}

#[tokio::test]
async fn work_that_fails_leaves_nothing_behind() {
    let database = counters().await;
    let result: Result<(), Failure> = transaction(database.pool(), |tx| {
        work(async move {
            add(tx, 1, 1).await?;
            Err(Failure::Refused)
        })
    })
    .await;
    assert!(matches!(result, Err(Failure::Refused)));
    assert_eq!(total(database.pool()).await, 0);
}

#[tokio::test]
async fn a_deadlock_is_run_again_and_both_take_effect() {
    let database = counters().await;
    let (barrier, attempts) = (Barrier::new(2), AtomicU32::new(0));
    let (barrier, attempts, pool) = (&barrier, &attempts, database.pool());
    let crosswise = |first: i32, second: i32| async move {
        let met = &AtomicBool::new(false);
        transaction(pool, |tx| {
            work(async move {
                attempts.fetch_add(1, Ordering::Relaxed);
                add(tx, first, 1).await?;
                if !met.swap(true, Ordering::Relaxed) {
                    barrier.wait().await;
                }
                add(tx, second, 1).await?;
                Ok::<_, Failure>(())
            })
        })
        .await
    };
    let (one, two) = tokio::join!(crosswise(1, 2), crosswise(2, 1));
    one.unwrap();
    two.unwrap();
    assert_eq!(total(pool).await, 4);
    assert_eq!(attempts.load(Ordering::Relaxed), 3, "one of the two was undone once");
}

/// A transaction's future can cross threads, as every request handler must, also when the work borrows.
#[tokio::test]
async fn a_transaction_can_run_in_a_spawned_task() {
    let database = counters().await;
    let pool = database.pool().clone();
    let text = String::from("one");
    let task = tokio::spawn(async move {
        let text = &text;
        transaction(&pool, |tx| {
            work(async move {
                add(tx, 1, i32::try_from(text.len()).unwrap()).await?;
                Ok::<_, Failure>(())
            })
        })
        .await
    });
    task.await.unwrap().unwrap();
    assert_eq!(total(database.pool()).await, 3);
}

#[tokio::test]
async fn a_violated_constraint_is_known_by_its_name() {
    let database = counters().await;
    let pool = database.pool();
    let conflict = |sql: &'static str| async move {
        let error = sqlx::query(sql).execute(pool).await.map_err(Error::from).unwrap_err();
        error.constraint().map(str::to_owned)
    };
    assert_eq!(conflict("INSERT INTO counters VALUES (1, 1)").await.as_deref(), Some("PRIMARY"));
    assert_eq!(conflict("UPDATE counters SET n = 100").await.as_deref(), Some("ck_n"));
}

#[tokio::test]
async fn a_session_reads_what_others_have_committed() {
    let database = counters().await;
    let mut reader = database.pool().begin().await.unwrap();
    let read = "SELECT n FROM counters WHERE id = 1";
    let before: i32 = sqlx::query_scalar(read).fetch_one(&mut *reader).await.unwrap();
    add(&mut database.pool().acquire().await.unwrap(), 1, 7).await.unwrap();
    let after: i32 = sqlx::query_scalar(read).fetch_one(&mut *reader).await.unwrap();
    assert_eq!((before, after), (0, 7));
}
