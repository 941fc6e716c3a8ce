use crate::{QUEUE, connected, envelope, options, publish, said};
use securechat_contracts::Event;
use securechat_contracts::event::{AccessChanged, EmailConfirmed};
use securechat_event_bus::{Bus, HandlerError, Publish, Received, Subscriptions};
use securechat_test_kit::{TestBroker, eventually};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

/// Proves: W-56.
#[tokio::test]
async fn several_handlers_typed_and_untyped_get_the_same_event() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let (sender, mut received) = mpsc::unbounded_channel();
    let (typed, untyped) = (sender.clone(), sender);
    let subscriptions = Subscriptions::new()
        .on(move |r: Received<EmailConfirmed>| {
            typed.send(format!("typed {}", r.event.email)).unwrap();
            async { Ok(()) }
        })
        .on_untyped(EmailConfirmed::TYPE, move |r| {
            untyped.send(format!("untyped {}", r.event["email"])).unwrap();
            async { Ok(()) }
        });
    bus.consume(QUEUE, subscriptions);
    publish(&bus, said("a@b.c")).await;
    assert_eq!(received.recv().await.unwrap(), "typed a@b.c");
    assert_eq!(received.recv().await.unwrap(), "untyped \"a@b.c\"");
}

/// Whoever is on call sees what became of events.
#[tokio::test]
async fn what_becomes_of_events_is_counted() {
    let broker = TestBroker::new().await;
    let options = options();
    let metrics = options.metrics.clone();
    let bus = Bus::start(broker.config(), options);
    bus.connected().wait_for(|connected| *connected).await.unwrap();
    let subscriptions = Subscriptions::new().on(|received: Received<EmailConfirmed>| async move {
        if received.event.email == "bad" { Err(HandlerError::Poison("unreadable".into())) } else { Ok(()) }
    });
    bus.consume(QUEUE, subscriptions);
    publish(&bus, said("good")).await;
    publish(&bus, said("bad")).await;
    let type_ = EmailConfirmed::TYPE;
    let handled = |outcome: &str| {
        format!("securechat_events_handled_total{{outcome=\"{outcome}\",queue=\"{QUEUE}\",type=\"{type_}\"}} 1")
    };
    let expected = [
        handled("done"),
        handled("parked"),
        format!("securechat_events_published_total{{outcome=\"confirmed\",type=\"{type_}\"}} 2"),
        format!("securechat_event_age_seconds_count{{queue=\"{QUEUE}\"}} 2"),
        "securechat_broker_connected 1".to_owned(),
    ];
    eventually("both are counted", async || expected.iter().all(|line| metrics.text().contains(line))).await;
}

/// Proves: W-56, B-24.
#[tokio::test]
async fn an_event_published_before_its_consumer_ever_ran_is_kept_for_it() {
    let broker = TestBroker::new().await;
    let publisher = connected(&broker).await;
    publish(&publisher, said("early")).await;
    let (sender, mut received) = mpsc::unbounded_channel();
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        sender.send(r.event.email).unwrap();
        async { Ok(()) }
    });
    connected(&broker).await.consume(QUEUE, subscriptions);
    assert_eq!(received.recv().await.unwrap(), "early");
}

/// Proves: W-56.
#[tokio::test]
async fn a_type_that_is_no_longer_handled_is_let_go() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let (sender, mut received) = mpsc::unbounded_channel();
    let subscriptions = Subscriptions::new()
        .on(|_: Received<EmailConfirmed>| async { panic!("unsubscribed") })
        .on(move |r: Received<AccessChanged>| {
            sender.send(r.version).unwrap();
            async { Ok(()) }
        })
        .without(EmailConfirmed::TYPE);
    bus.consume(QUEUE, subscriptions);
    publish(&bus, said("nobody")).await;
    publish(&bus, envelope(&AccessChanged { user_id: uuid::Uuid::nil().into(), auth_epoch: 7 })).await;
    assert_eq!(received.recv().await.unwrap(), 7);
    assert!(broker.take_all("chats.dead").await.is_empty());
}

#[tokio::test]
async fn events_of_one_subject_are_handled_in_order_although_many_run_at_once() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let (sender, mut received) = mpsc::unbounded_channel();
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        let sender = sender.clone();
        async move {
            // The first would be overtaken if the second did not wait for it.
            if r.event.email == "0" {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            sender.send(r.event.email).unwrap();
            Ok(())
        }
    });
    bus.consume(QUEUE, subscriptions);
    let events: Vec<_> = (0..20).map(|n| said(&n.to_string())).collect();
    assert!(bus.publish(&events).await.iter().all(Result::is_ok));
    for n in 0..20 {
        assert_eq!(received.recv().await.unwrap(), n.to_string());
    }
}

#[tokio::test]
async fn stopping_finishes_the_event_in_hand() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    let (started, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (sender, mut received) = mpsc::unbounded_channel();
    let (handler_started, handler_release) = (started.clone(), release.clone());
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        let (started, release, sender) = (handler_started.clone(), handler_release.clone(), sender.clone());
        async move {
            started.notify_one();
            release.notified().await;
            sender.send(r.event.email).unwrap();
            Ok(())
        }
    });
    let consumer = bus.consume(QUEUE, subscriptions);
    publish(&bus, said("in hand")).await;
    started.notified().await;
    let stopping = tokio::spawn(consumer.stop());
    tokio::task::yield_now().await;
    assert!(!stopping.is_finished());
    release.notify_one();
    stopping.await.unwrap();
    assert_eq!(received.recv().await.unwrap(), "in hand");
    bus.stop();
    assert!(broker.take_all(QUEUE).await.is_empty(), "it was acknowledged");
}

#[tokio::test]
async fn a_hint_arrives_when_all_is_well_and_harms_nothing_when_not() {
    let broker = TestBroker::new().await;
    let bus = connected(&broker).await;
    bus.hint(&said("typing")).await;
    securechat_test_kit::eventually("the hint in the queue", async || !broker.take_all(QUEUE).await.is_empty()).await;
    let nowhere = Bus::start(securechat_config::Broker { port: 1, ..broker.config() }, options());
    nowhere.hint(&said("typing")).await;
}
