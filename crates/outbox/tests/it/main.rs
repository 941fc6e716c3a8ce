//! Outbox and inbox on a real database.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test has no better use for an error than to end with it")]

mod inbox;
mod relay;
mod with_broker;

use securechat_contracts::ServiceName;
use securechat_contracts::event::EmailConfirmed;
use securechat_db::Error;
use securechat_event_bus::Publish;
use securechat_kernel::{SystemClock, SystemIds};
use securechat_migrate::Migrations;
use securechat_outbox::Outbox;
use securechat_test_kit::TestDatabase;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The tables as the crate's documentation gives them to services.
async fn database() -> TestDatabase {
    let documentation = include_str!("../../src/lib.rs");
    let text = documentation.lines().filter_map(|line| line.strip_prefix("//! ")).collect::<Vec<_>>().join("\n");
    let blocks: Vec<&str> = text.split("```sql\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    let migrations = Migrations::from_files([("V1__outbox.sql", blocks[0]), ("V2__inbox.sql", blocks[1])]).unwrap();
    assert_eq!(securechat_migrate::lint(&migrations), Vec::<String>::new());
    TestDatabase::new("outbox", &migrations).await
}

fn outbox(database: &TestDatabase, lease: Duration) -> Outbox {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    Outbox::new(database.pool().clone(), ServiceName::Account, clock, ids).lease(lease)
}

fn event(text: &str) -> EmailConfirmed {
    EmailConfirmed { user_id: uuid::Uuid::nil().into(), email: text.to_owned() }
}

/// Commits one event.
async fn commit(outbox: &Outbox, text: &str) {
    let event = &event(text);
    outbox
        .transaction(|tx| securechat_db::work(async move { outbox.enqueue(tx, event).await }))
        .await
        .unwrap_or_else(|error: Error| panic!("{error}"));
}

/// A relay in the background.
fn run(
    outbox: &Outbox,
    bus: Arc<dyn Publish>,
    connected: watch::Receiver<bool>,
) -> (CancellationToken, JoinHandle<()>) {
    let stop = CancellationToken::new();
    (stop.clone(), tokio::spawn(outbox.relay(bus, connected).run(stop)))
}
