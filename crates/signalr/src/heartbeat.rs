//! One timer for all connections: pings those that hear nothing, ends those that say nothing or take nothing.

use crate::{Close, Connection, Connections, Disconnect, Identity, Settings, connection::Ending};
use std::time::Duration;

/// How often connections are looked at, at most.
const TICK_MAX: Duration = Duration::from_secs(1);

/// The limits in milliseconds.
struct Limits {
    ping: u64,
    silent: u64,
    blocked: u64,
}

/// Looks after all connections until the future is dropped.
pub(crate) async fn run<I: Identity>(connections: &Connections<I>, settings: &Settings) {
    let shortest = settings.ping_interval.min(settings.client_timeout).min(settings.send_timeout);
    let mut tick = tokio::time::interval((shortest / 8).clamp(Duration::from_millis(1), TICK_MAX));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // A ping shall leave before its interval is over, not up to a tick later.
    let limits = Limits {
        ping: millis(settings.ping_interval).saturating_sub(millis(tick.period())),
        silent: millis(settings.client_timeout),
        blocked: millis(settings.send_timeout),
    };
    loop {
        tick.tick().await;
        let now = connections.now();
        connections.each(|connection| look_after(connections, connection, now, &limits));
    }
}

fn look_after<I: Identity>(connections: &Connections<I>, connection: &Connection<I>, now: u64, limits: &Limits) {
    let activity = connection.activity();
    if activity.blocked_for(now) > limits.blocked {
        connections.cut(connection, Ending::Cut(Disconnect::SlowConsumer));
    } else if activity.silent_for(now) > limits.silent {
        let close = Close::error("The client timed out.");
        connections.cut(connection, Ending::Close(close, Disconnect::Silent));
    } else if activity.quiet_for(now) >= limits.ping && activity.blocked_for(now) == 0 {
        connection.ping();
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
