//! What arrives: names and friendships, through the durable queue that all processes share; changes of access, which
//! every process must hear itself. Each handler can run twice: a name is simply kept, a friendship has its version.

use crate::{app::App, model::Pair};
use securechat_contracts::{
    dto::PersonRef,
    event::{AccessChanged, FriendshipCreated, FriendshipDeleted, UserRegistered},
};
use securechat_event_bus::{HandlerError, Received, Subscriptions};
use securechat_outbox::failure;
use securechat_runtime::Process;
use std::future::ready;

/// Starts consuming; stops when the process drains.
pub(crate) fn spawn(app: &App, process: &Process) {
    let shared = app.bus.consume("chats", subscriptions(app));
    let epochs = app.verifier.epochs().clone();
    let own = Subscriptions::new().on(move |received: Received<AccessChanged>| {
        epochs.raise(received.event.user_id, received.event.auth_epoch);
        ready(Ok(()))
    });
    let own = app.bus.follow("chats-access", own, || ready(()));
    let draining = process.draining();
    process.spawn("events", async move {
        draining.cancelled().await;
        shared.stop().await;
        own.stop().await;
    });
}

fn subscriptions(app: &App) -> Subscriptions {
    let (registered, created, deleted) = (app.clone(), app.clone(), app.clone());
    Subscriptions::new()
        .on(move |received: Received<UserRegistered>| {
            let person = PersonRef { id: received.event.user_id, user_name: received.event.user_name };
            let app = registered.clone();
            async move { app.store.keep_person(&person).await.map_err(failure) }
        })
        .on(move |received: Received<FriendshipCreated>| {
            let FriendshipCreated { friendship, version, .. } = received.event;
            keep(created.clone(), friendship.users, true, version)
        })
        .on(move |received: Received<FriendshipDeleted>| {
            let FriendshipDeleted { users, version, .. } = received.event;
            keep(deleted.clone(), users, false, version)
        })
}

async fn keep(app: App, [a, b]: [PersonRef; 2], friends: bool, version: u64) -> Result<(), HandlerError> {
    let Some(pair) = Pair::of(a.id, b.id) else { return Ok(()) };
    app.store.keep_friendship(pair, friends, version).await.map_err(failure)
}
