//! What arrives: new accounts, through the durable queue that all processes share; and changes of access, which every
//! process must hear itself.

use crate::app::App;
use securechat_contracts::ServiceName;
use securechat_contracts::event::{AccessChanged, UserRegistered};
use securechat_event_bus::{Received, Subscriptions};
use securechat_outbox::failure;
use securechat_runtime::Process;
use std::future::ready;

/// Starts consuming; stops when the process drains.
pub(crate) fn spawn(app: &App, process: &Process) {
    let shared = app.bus.consume(ServiceName::Users.as_str(), subscriptions(app));
    let epochs = app.verifier.epochs().clone();
    let own = Subscriptions::new().on(move |received: Received<AccessChanged>| {
        epochs.raise(received.event.user_id, received.event.auth_epoch);
        ready(Ok(()))
    });
    let own = app.bus.follow("users-access", own, || ready(()));
    let (draining, stopping, relay, bus) = (process.draining(), process.stopping(), app.relay(), app.bus.clone());
    process.spawn("events", async move {
        draining.cancelled().await;
        shared.stop().await;
        own.stop().await;
    });
    process.spawn("outbox", async move {
        relay.run(stopping).await;
        bus.stop();
    });
    process.spawn("inbox", app.inbox.clone().keep_small(process.stopping()));
}

pub(crate) fn subscriptions(app: &App) -> Subscriptions {
    let app = app.clone();
    Subscriptions::new().on(move |received: Received<UserRegistered>| {
        let app = app.clone();
        async move { app.user_registered(&received).await.map_err(failure) }
    })
}
