use crate::database;
use securechat_db::{Connection, Error, Pool, work};
use securechat_event_bus::HandlerError;
use securechat_kernel::{EventId, IdGenerator, SystemIds};
use securechat_outbox::{Inbox, failure};
use securechat_test_kit::{TestClock, TestDatabase};
use std::sync::Arc;

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Database(#[from] Error),
    #[error("refused")]
    Refused,
}

async fn counter() -> TestDatabase {
    let database = database().await;
    sqlx::raw_sql("CREATE TABLE effects (n INT NOT NULL)").execute(database.ddl_pool()).await.unwrap();
    database
}

async fn effect(connection: &mut Connection) -> Result<(), Failure> {
    sqlx::query("INSERT INTO effects VALUES (1)").execute(connection).await.map_err(Error::from)?;
    Ok(())
}

async fn effects(pool: &Pool) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM effects").fetch_one(pool).await.unwrap()
}

fn event() -> EventId {
    SystemIds.uuid_v7().into()
}

/// Proves: H-23.
#[tokio::test]
async fn an_event_takes_effect_once_however_often_and_at_the_same_moment_it_comes() {
    let (database, event) = (counter().await, event());
    let inbox = Inbox::new(database.pool().clone(), Arc::new(TestClock::default()));
    let once = || inbox.process_once("test", event, |tx| work(effect(tx)));
    let (one, two, three) = tokio::join!(once(), once(), once());
    let ran = [one.unwrap(), two.unwrap(), three.unwrap()];
    assert_eq!(ran.iter().filter(|ran| **ran).count(), 1);
    assert!(!once().await.unwrap());
    assert_eq!(effects(database.pool()).await, 1);
}

#[tokio::test]
async fn every_handler_has_its_own_once() {
    let (database, event) = (counter().await, event());
    let inbox = Inbox::new(database.pool().clone(), Arc::new(TestClock::default()));
    for consumer in ["first", "second"] {
        assert!(inbox.process_once(consumer, event, |tx| work(effect(tx))).await.unwrap());
    }
    assert_eq!(effects(database.pool()).await, 2);
}

#[tokio::test]
async fn an_effect_that_failed_may_come_again() {
    let (database, event) = (counter().await, event());
    let inbox = Inbox::new(database.pool().clone(), Arc::new(TestClock::default()));
    let failing = inbox.process_once("test", event, |tx| {
        work(async move {
            effect(tx).await?;
            Err(Failure::Refused)
        })
    });
    assert!(matches!(failing.await, Err(Failure::Refused)));
    assert!(inbox.process_once("test", event, |tx| work(effect(tx))).await.unwrap());
    assert_eq!(effects(database.pool()).await, 1);
}

#[tokio::test]
async fn ids_are_forgotten_when_their_events_cannot_come_again() {
    let (database, clock) = (counter().await, TestClock::default());
    let inbox = Inbox::new(database.pool().clone(), Arc::new(clock.clone()));
    inbox.process_once("test", event(), |tx| work(effect(tx))).await.unwrap();
    clock.advance(time::Duration::days(13));
    inbox.process_once("test", event(), |tx| work(effect(tx))).await.unwrap();
    assert_eq!(inbox.prune().await.unwrap(), 0);
    clock.advance(time::Duration::days(2));
    assert_eq!(inbox.prune().await.unwrap(), 1);
}

/// Proves: H-23.
#[tokio::test]
async fn an_absent_database_makes_an_event_wait_and_a_fault_does_not() {
    let database = counter().await;
    let absent = securechat_config::Database { port: 1, acquire_timeout_ms: 200, ..database.config() };
    let inbox = Inbox::new(securechat_db::pool(&absent).unwrap(), Arc::new(TestClock::default()));
    let error = inbox.process_once("test", event(), |tx| work(effect(tx))).await.unwrap_err();
    assert!(matches!(failure(error), HandlerError::Unavailable(_)));
    assert!(matches!(failure(Failure::Refused), HandlerError::Failed(_)));
}
