//! What is told of the hub: taken from the registry of connections when somebody asks.

use crate::person::Person;
use securechat_metrics::{
    IntCounterVec, Metrics, NO_LABELS,
    services::{HUB_CONNECTIONS, HUB_CUT, HUB_FRAMES, HUB_OPENED, HUB_PUSHES, HUB_PUSHES_REFUSED},
};
use securechat_signalr::Connections;

/// Tells of `connections`.
pub(crate) fn observe(metrics: &Metrics, connections: &Connections<Person>) {
    let (connections, now) = (connections.clone(), metrics.gauge(HUB_CONNECTIONS));
    let [opened, cut, frames, pushes, refused] =
        [HUB_OPENED, HUB_CUT, HUB_FRAMES, HUB_PUSHES, HUB_PUSHES_REFUSED].map(|counter| metrics.counter(counter));
    metrics.measure(move || {
        let stats = connections.stats();
        now.with_label_values(NO_LABELS).set(f64::from(u32::try_from(stats.connections).unwrap_or(u32::MAX)));
        follow(&opened, stats.opened);
        follow(&cut, stats.cut);
        follow(&frames, stats.received);
        follow(&pushes, stats.pushed);
        follow(&refused, stats.refused);
    });
}

fn follow(counter: &IntCounterVec, count: u64) {
    let counter = counter.with_label_values(NO_LABELS);
    counter.inc_by(count.saturating_sub(counter.get()));
}
