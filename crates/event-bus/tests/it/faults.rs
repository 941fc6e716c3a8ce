use crate::{QUEUE, connected, envelope, options, publish, said};
use securechat_contracts::Event;
use securechat_contracts::event::{AccessChanged, EmailConfirmed};
use securechat_event_bus::{Bus, HandlerError, Publish, PublishError, Received, Subscriptions};
use securechat_test_kit::{TestBroker, eventually};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::mpsc;

async fn parked(broker: &TestBroker) -> (Value, Value) {
    let mut found = Vec::new();
    eventually("a parked event", async || {
        found.extend(broker.take_all("chats.dead").await);
        !found.is_empty()
    })
    .await;
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// Proves: H-23, B-09, B-24.
#[tokio::test]
async fn a_poison_event_is_parked_after_bounded_tries_with_its_reason_and_the_consumer_lives_on() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let tries = Arc::new(AtomicU32::new(0));
    let (sender, mut received) = mpsc::unbounded_channel();
    let counter = tries.clone();
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        let (counter, sender) = (counter.clone(), sender.clone());
        async move {
            if r.event.email == "poison" {
                let before = counter.fetch_add(1, Ordering::Relaxed);
                assert_eq!((r.tries, r.redelivered), (before, before > 0));
                return Err(std::io::Error::other("cannot be digested").into());
            }
            sender.send(r.event.email).unwrap();
            Ok(())
        }
    });
    bus.consume(QUEUE, subscriptions);
    publish(&bus, said("poison")).await;
    publish(&bus, said("wholesome")).await;
    assert_eq!(received.recv().await.unwrap(), "wholesome");
    let (mut headers, body) = parked(&broker).await;
    assert_eq!(body["data"]["email"], "poison");
    // The broker's own count, of which nothing depends.
    headers.as_object_mut().unwrap().remove("x-delivery-count");
    let expected = json!({"x-reason": "failed", "x-error": "cannot be digested", "x-tries": 3, "x-queue": "chats"});
    assert_eq!(headers, expected);
    assert_eq!(tries.load(Ordering::Relaxed), 3);
}

/// Proves: B-09.
#[tokio::test]
async fn a_handler_that_panics_fails_its_event_and_nothing_else() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    bus.consume(QUEUE, Subscriptions::new().on(|_: Received<EmailConfirmed>| async { panic!("at the disco") }));
    publish(&bus, said("any")).await;
    let (headers, _) = parked(&broker).await;
    assert_eq!(headers["x-error"], "the handler panicked: at the disco");
}

/// Proves: H-23.
#[tokio::test]
async fn what_is_no_event_is_parked_at_once() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let subscriptions = Subscriptions::new().on(|_: Received<EmailConfirmed>| async { panic!("never called") });
    bus.consume(QUEUE, subscriptions);
    let mut wrong = said("any");
    wrong.data = json!({"userId": 7});
    publish(&bus, wrong).await;
    let (headers, body) = parked(&broker).await;
    assert_eq!((&headers["x-reason"], &headers["x-tries"]), (&json!("poison"), &json!(1)));
    assert_eq!(body["data"], json!({"userId": 7}));
    assert!(headers["x-error"].as_str().unwrap().contains("invalid type"), "{headers}");
}

/// Proves: H-23.
#[tokio::test]
async fn an_event_whose_handler_lacks_something_waits_and_is_never_parked() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let (sender, mut received) = mpsc::unbounded_channel();
    let left = Arc::new(AtomicU32::new(4));
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        let (left, sender) = (left.clone(), sender.clone());
        async move {
            if left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
                return Err(HandlerError::Unavailable("the database is away".into()));
            }
            sender.send(r.tries).unwrap();
            Ok(())
        }
    });
    bus.consume(QUEUE, subscriptions);
    publish(&bus, said("patient")).await;
    assert_eq!(received.recv().await.unwrap(), 0, "waiting does not count as a try");
    assert!(broker.take_all("chats.dead").await.is_empty());
}

/// Proves: W-56, B-24.
#[tokio::test]
async fn publisher_and_consumer_survive_the_loss_of_their_connections() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let (sender, mut received) = mpsc::unbounded_channel();
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        sender.send(r.event.email).unwrap();
        async { Ok(()) }
    });
    bus.consume(QUEUE, subscriptions);
    publish(&bus, said("before")).await;
    assert_eq!(received.recv().await.unwrap(), "before");
    let mut state = bus.connected();
    state.mark_unchanged();
    broker.cut_connections().await;
    state.changed().await.unwrap();
    state.wait_for(|connected| *connected).await.unwrap();
    publish(&bus, said("after")).await;
    // The acknowledgement of the first may have been lost with the connection.
    while received.recv().await.unwrap() != "after" {}
}

/// Proves: B-24.
#[tokio::test]
async fn a_queue_that_was_deleted_is_declared_again_and_consumed() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let (sender, mut received) = mpsc::unbounded_channel();
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        sender.send(r.event.email).unwrap();
        async { Ok(()) }
    });
    bus.consume(QUEUE, subscriptions);
    publish(&bus, said("before")).await;
    assert_eq!(received.recv().await.unwrap(), "before");
    let mut state = bus.connected();
    state.mark_unchanged();
    broker.delete_queue(QUEUE).await;
    state.changed().await.unwrap();
    state.wait_for(|connected| *connected).await.unwrap();
    publish(&bus, said("after")).await;
    while received.recv().await.unwrap() != "after" {}
}

/// Proves: H-23.
#[tokio::test]
async fn without_a_broker_a_process_starts_and_is_told_that_nothing_was_published() {
    let broker = TestBroker::new().await;
    let bus = Bus::start(securechat_config::Broker { port: 1, ..broker.config() }, options());
    assert_eq!(bus.publish(&[said("lost?")]).await, [Err(PublishError::Away)]);
    assert!(!*bus.connected().borrow());
}

#[tokio::test]
async fn an_event_that_nobody_takes_is_published_all_the_same() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let mut unknown = envelope(&AccessChanged { user_id: uuid::Uuid::nil().into(), auth_epoch: 1 });
    unknown.type_ = "nobody.wants-this.v1".into();
    assert_ne!(unknown.type_, AccessChanged::TYPE);
    publish(&bus, unknown).await;
}
