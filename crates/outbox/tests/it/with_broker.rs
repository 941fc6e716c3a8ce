use crate::{commit, database, outbox, run};
use securechat_contracts::Event;
use securechat_contracts::event::EmailConfirmed;
use securechat_db::{Connection, Error, work};
use securechat_event_bus::{Bus, DurableQueue, Options, Received, Subscriptions};
use securechat_kernel::SystemClock;
use securechat_outbox::{Inbox, failure, pending};
use securechat_test_kit::{TestBroker, TestDatabase, eventually};
use std::sync::Arc;
use std::time::Duration;

async fn note(connection: &mut Connection, text: &str) -> Result<(), Error> {
    sqlx::query("INSERT INTO noted (text) VALUES (?)").bind(text).execute(connection).await?;
    Ok(())
}

async fn noted(database: &TestDatabase) -> Vec<String> {
    sqlx::query_scalar("SELECT text FROM noted ORDER BY id").fetch_all(database.pool()).await.unwrap()
}

/// Proves: H-23, B-23, B-24.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_from_commit_to_effect_while_connections_are_cut() {
    let (database, broker) = (database().await, TestBroker::new().await);
    let table = "CREATE TABLE noted (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(9) NOT NULL)";
    sqlx::raw_sql(table).execute(database.ddl_pool()).await.unwrap();
    let queues = vec![DurableQueue { name: "chats".into(), types: vec![EmailConfirmed::TYPE.into()] }];
    let options = Options { queues, ..Options::named("test") };
    let bus = Bus::start(broker.config(), options);
    let inbox = Inbox::new(database.pool().clone(), Arc::new(SystemClock));
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        let inbox = inbox.clone();
        async move {
            let text = &r.event.email;
            let done = inbox.process_once("note", r.id, |tx| work(note(tx, text))).await;
            done.map(|_| ()).map_err(failure::<Error>)
        }
    });
    bus.consume("chats", subscriptions);
    let outbox = outbox(&database, Duration::from_secs(1));
    run(&outbox, Arc::new(bus.clone()), bus.connected());

    let expected: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    let cutting = tokio::spawn(async move {
        broker.cut_connections().await;
        broker
    });
    for text in &expected {
        commit(&outbox, text).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let _broker = cutting.await.unwrap();
    eventually("every event's effect", async || noted(&database).await.len() >= 300).await;
    assert_eq!(noted(&database).await, expected);
    assert_eq!(pending(database.pool()).await.unwrap().rows, 0);
}
