//! What arrives: connections of hub replicas, through the durable queue that all processes share; and changes of access,
//! which every process must hear itself.

use crate::{
    app::App,
    error::Error,
    model::{Change, Holder, What},
};
use securechat_contracts::event::{
    AccessChanged, ConnectionActive, ConnectionClosed, ConnectionOpened, ConnectionsAnnounced, ReplicaHeartbeat,
};
use securechat_event_bus::{HandlerError, Received, Subscriptions};
use securechat_runtime::Process;
use std::future::ready;

/// Starts consuming; stops when the process drains.
pub(crate) fn spawn(app: &App, process: &Process) {
    let shared = app.bus.consume("session", subscriptions(app));
    let epochs = app.verifier.epochs().clone();
    let own = Subscriptions::new().on(move |received: Received<AccessChanged>| {
        epochs.raise(received.event.user_id, received.event.auth_epoch);
        ready(Ok(()))
    });
    let own = app.bus.follow("session-access", own, || ready(()));
    let (draining, stopping, bus) = (process.draining(), process.stopping(), app.bus.clone());
    process.spawn("events", async move {
        draining.cancelled().await;
        shared.stop().await;
        own.stop().await;
        stopping.cancelled().await;
        bus.stop();
    });
}

fn subscriptions(app: &App) -> Subscriptions {
    let (opened, active, closed, beat, announced) = (app.clone(), app.clone(), app.clone(), app.clone(), app.clone());
    Subscriptions::new()
        .on(move |received: Received<ConnectionOpened>| {
            let ConnectionOpened { user_id, connection_id, replica, number, at } = received.event;
            let what = What::Alive { holder: Holder::Replica(replica), active_at: at };
            apply(opened.clone(), Change { user: user_id, connection: connection_id, number, what })
        })
        .on(move |received: Received<ConnectionActive>| {
            let ConnectionActive { user_id, connection_id, replica, number, at } = received.event;
            let what = What::Alive { holder: Holder::Replica(replica), active_at: at };
            apply(active.clone(), Change { user: user_id, connection: connection_id, number, what })
        })
        .on(move |received: Received<ConnectionClosed>| {
            let ConnectionClosed { user_id, connection_id, number, .. } = received.event;
            apply(closed.clone(), Change { user: user_id, connection: connection_id, number, what: What::Closed })
        })
        .on(move |received: Received<ReplicaHeartbeat>| heard(beat.clone(), received.event))
        .on(move |received: Received<ConnectionsAnnounced>| take_announcement(announced.clone(), received.event))
}

async fn apply(app: App, change: Change) -> Result<(), HandlerError> {
    app.apply(change).await.map(|_| ()).map_err(failure)
}

/// A replica lives. One that is unknown but holds connections was given up, or Redis was emptied: it must announce.
async fn heard(app: App, beat: ReplicaHeartbeat) -> Result<(), HandlerError> {
    match app.live.heard(beat.replica).await.map_err(|error| failure(error.into()))? {
        Some(true) => Ok(()),
        Some(false) if beat.connections == 0 => Ok(()),
        Some(false) => app.announcer.ask_for_announcements().await.map_err(failure),
        None => app.begin_again().await.map_err(failure),
    }
}

async fn take_announcement(app: App, announced: ConnectionsAnnounced) -> Result<(), HandlerError> {
    let replica = announced.replica;
    app.live.heard(replica).await.map_err(|error| failure(error.into()))?;
    for connection in announced.connections {
        let what = What::Announced { replica, active_at: connection.active_at };
        let change =
            Change { user: connection.user_id, connection: connection.connection_id, number: connection.number, what };
        app.apply(change).await.map_err(failure)?;
    }
    Ok(())
}

/// While Redis or the broker is away an event waits; it is never parked for that.
fn failure(error: Error) -> HandlerError {
    if error.is_temporary() {
        HandlerError::Unavailable(Box::new(error))
    } else {
        HandlerError::Failed(Box::new(error))
    }
}
