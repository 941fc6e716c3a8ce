//! The bus on a real RabbitMQ.
#![expect(clippy::unwrap_used, reason = "a test has no better use for an error than to end with it")]

mod consuming;
mod faults;
mod following;
mod restart;
mod tls;

use securechat_contracts::event::{AccessChanged, EmailConfirmed};
use securechat_contracts::{Event, ServiceName};
use securechat_event_bus::{Bus, DurableQueue, Envelope, Options, Publish};
use securechat_kernel::{Clock, IdGenerator, SystemClock, SystemIds};
use securechat_test_kit::TestBroker;
use std::time::Duration;

/// The consuming service of these tests.
const QUEUE: &str = "chats";

fn options() -> Options {
    let types = [EmailConfirmed::TYPE, AccessChanged::TYPE].map(str::to_owned).to_vec();
    Options {
        queues: vec![DurableQueue { name: QUEUE.into(), types }],
        retry_delay: Duration::from_millis(100),
        tries_max: 3,
        ..Options::named("test")
    }
}

async fn connected(broker: &TestBroker) -> Bus {
    let bus = Bus::start(broker.config(), options());
    bus.connected().wait_for(|connected| *connected).await.unwrap();
    bus
}

fn envelope<E: Event>(event: &E) -> Envelope {
    Envelope::new(event, SystemIds.uuid_v7().into(), ServiceName::Account, SystemClock.now()).unwrap()
}

/// An event that carries `text`.
fn said(text: &str) -> Envelope {
    envelope(&EmailConfirmed { user_id: uuid::Uuid::nil().into(), email: text.to_owned() })
}

async fn publish(bus: &Bus, envelope: Envelope) {
    let results = bus.publish(&[envelope]).await;
    assert_eq!(results, [Ok(())]);
}
