use crate::{commit, database, event, outbox, run};
use securechat_contracts::event::EmailConfirmed;
use securechat_db::{Error, work};
use securechat_event_bus::MemoryBus;
use securechat_metrics::Metrics;
use securechat_outbox::{Pending, pending};
use securechat_test_kit::eventually;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

const LONG: Duration = Duration::from_hours(1);

fn texts(bus: &MemoryBus) -> Vec<String> {
    bus.published().iter().map(|envelope| envelope.event::<EmailConfirmed>().unwrap().email).collect()
}

async fn arrived(bus: &MemoryBus, count: usize) {
    eventually("events on the bus", async || bus.published().len() >= count).await;
}

/// Proves: B-23.
#[tokio::test]
async fn a_commit_wakes_the_relay_and_the_row_goes_when_the_broker_has_it() {
    let (database, bus) = (database().await, MemoryBus::new());
    // With this lease polling would take twenty minutes.
    let outbox = outbox(&database, LONG);
    let (_sender, connected) = watch::channel(true);
    run(&outbox, Arc::new(bus.clone()), connected);
    for text in ["one", "two"] {
        commit(&outbox, text).await;
    }
    arrived(&bus, 2).await;
    assert_eq!(texts(&bus), ["one", "two"]);
    eventually("an empty outbox", async || pending(database.pool()).await.unwrap().rows == 0).await;
}

/// Whoever is on call sees that events wait, and for how long.
#[tokio::test]
async fn what_waits_in_the_outbox_is_told() {
    let (database, bus) = (database().await, MemoryBus::new());
    bus.set_away(true);
    let metrics = Metrics::default();
    let outbox = outbox(&database, Duration::from_millis(300)).counted(&metrics);
    let (_sender, connected) = watch::channel(true);
    commit(&outbox, "waits").await;
    run(&outbox, Arc::new(bus.clone()), connected);
    eventually("one waits", async || metrics.text().contains("\nsecurechat_outbox_pending_events 1\n")).await;
    assert!(!metrics.text().contains("\nsecurechat_outbox_oldest_event_age_seconds 0\n"));
    bus.set_away(false);
    eventually("none waits", async || metrics.text().contains("\nsecurechat_outbox_pending_events 0\n")).await;
    assert!(metrics.text().contains("\nsecurechat_outbox_oldest_event_age_seconds 0\n"));
}

/// Proves: B-23.
#[tokio::test]
async fn what_is_rolled_back_is_never_told() {
    #[derive(Debug, thiserror::Error)]
    enum Failure {
        #[error(transparent)]
        Database(#[from] Error),
        #[error("refused")]
        Refused,
    }
    let (database, bus) = (database().await, MemoryBus::new());
    let outbox = outbox(&database, LONG);
    let (_sender, connected) = watch::channel(true);
    run(&outbox, Arc::new(bus.clone()), connected);
    let (lender, lent) = (&outbox, &event("never"));
    let result: Result<(), Failure> = outbox
        .transaction(|tx| {
            work(async move {
                lender.enqueue(tx, lent).await?;
                Err(Failure::Refused)
            })
        })
        .await;
    assert!(matches!(result, Err(Failure::Refused)));
    commit(&outbox, "told").await;
    arrived(&bus, 1).await;
    assert_eq!(texts(&bus), ["told"]);
}

/// Proves: H-23, B-23.
#[tokio::test]
async fn while_the_broker_is_away_events_wait_and_leave_in_order_when_it_is_back() {
    let (database, bus) = (database().await, MemoryBus::new());
    let outbox = outbox(&database, LONG);
    bus.set_away(true);
    let (connected, connection) = watch::channel(false);
    run(&outbox, Arc::new(bus.clone()), connection);
    let expected: Vec<String> = (0..250).map(|n| n.to_string()).collect();
    for text in &expected {
        commit(&outbox, text).await;
    }
    let Pending { rows, oldest_seconds } = pending(database.pool()).await.unwrap();
    assert_eq!(rows, 250);
    assert!(oldest_seconds > 0.0 && oldest_seconds < 60.0, "{oldest_seconds}");
    assert_eq!(bus.published(), []);
    bus.set_away(false);
    connected.send(true).unwrap();
    arrived(&bus, 250).await;
    assert_eq!(texts(&bus), expected);
}

/// Proves: H-23, B-23.
#[tokio::test]
async fn rows_of_a_process_that_died_are_relayed_by_another_after_its_lease_and_not_before() {
    let (database, bus) = (database().await, MemoryBus::new());
    let lease = Duration::from_millis(900);
    // Committed, but its process has no relay any more.
    let start = Instant::now();
    commit(&outbox(&database, lease), "left behind").await;
    let (_sender, connected) = watch::channel(true);
    run(&outbox(&database, lease), Arc::new(bus.clone()), connected);
    arrived(&bus, 1).await;
    assert_eq!(texts(&bus), ["left behind"]);
    assert!(start.elapsed() >= lease, "{:?}", start.elapsed());
}

/// Proves: H-23.
#[tokio::test]
async fn a_living_process_keeps_its_rows_however_long_the_broker_is_away() {
    let database = database().await;
    let lease = Duration::from_millis(600);
    let (away, other) = (MemoryBus::new(), MemoryBus::new());
    away.set_away(true);
    let (_sender, connected) = watch::channel(true);
    let first = outbox(&database, lease);
    run(&first, Arc::new(away.clone()), connected.clone());
    commit(&first, "mine").await;
    run(&outbox(&database, lease), Arc::new(other.clone()), connected);
    tokio::time::sleep(lease * 3).await;
    assert_eq!(other.published(), []);
    away.set_away(false);
    arrived(&away, 1).await;
}

#[tokio::test]
async fn a_process_that_stops_leaves_its_rows_to_others_at_once() {
    let (database, away, other) = (database().await, MemoryBus::new(), MemoryBus::new());
    let (_sender, connected) = watch::channel(true);
    away.set_away(true);
    let first = outbox(&database, LONG);
    let (stop, task) = run(&first, Arc::new(away), connected.clone());
    commit(&first, "inherited").await;
    stop.cancel();
    task.await.unwrap();
    run(&outbox(&database, LONG), Arc::new(other.clone()), connected);
    arrived(&other, 1).await;
    assert_eq!(texts(&other), ["inherited"]);
}
