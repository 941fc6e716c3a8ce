use crate::{connected, publish, said};
use securechat_contracts::event::EmailConfirmed;
use securechat_event_bus::{Received, Subscriptions};
use securechat_test_kit::TestBroker;
use tokio::sync::mpsc;

fn listener() -> (Subscriptions, mpsc::UnboundedReceiver<String>) {
    let (sender, received) = mpsc::unbounded_channel();
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        sender.send(r.event.email).unwrap();
        async { Ok(()) }
    });
    (subscriptions, received)
}

/// Proves: H-24.
#[tokio::test]
async fn every_replica_gets_every_event() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let mut replicas = Vec::new();
    for _ in 0..2 {
        let (subscriptions, received) = listener();
        let (bound, mut is_bound) = mpsc::unbounded_channel();
        bus.follow("messaging", subscriptions, move || {
            bound.send(()).unwrap();
            async {}
        });
        is_bound.recv().await.unwrap();
        replicas.push(received);
    }
    publish(&bus, said("to all")).await;
    for replica in &mut replicas {
        assert_eq!(replica.recv().await.unwrap(), "to all");
    }
}

/// Proves: H-24, B-24.
#[tokio::test]
async fn after_a_lost_connection_the_replica_is_told_to_load_anew_and_follows_again() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let (subscriptions, mut received) = listener();
    let (bound, mut is_bound) = mpsc::unbounded_channel();
    bus.follow("messaging", subscriptions, move || {
        bound.send(()).unwrap();
        async {}
    });
    is_bound.recv().await.unwrap();
    publish(&bus, said("one")).await;
    assert_eq!(received.recv().await.unwrap(), "one");
    broker.cut_connections().await;
    is_bound.recv().await.unwrap();
    publish(&bus, said("two")).await;
    assert_eq!(received.recv().await.unwrap(), "two");
}

#[tokio::test]
async fn events_published_while_the_replica_loads_wait_until_it_has() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let (subscriptions, mut received) = listener();
    let (bound, mut is_bound) = mpsc::unbounded_channel();
    let loaded = std::sync::Arc::new(tokio::sync::Notify::new());
    let loading = loaded.clone();
    bus.follow("messaging", subscriptions, move || {
        let loading = loading.clone();
        bound.send(()).unwrap();
        async move { loading.notified().await }
    });
    is_bound.recv().await.unwrap();
    publish(&bus, said("meanwhile")).await;
    assert!(received.try_recv().is_err());
    loaded.notify_one();
    assert_eq!(received.recv().await.unwrap(), "meanwhile");
}
