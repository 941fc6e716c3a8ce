//! What Prometheus reads of the hub: taken from the registry of connections when it is asked.

use crate::person::Person;
use prometheus::{
    IntCounter, IntGauge, Opts,
    core::{Collector, Desc},
    proto::MetricFamily,
};
use securechat_runtime::{Process, StartError};
use securechat_signalr::Connections;

struct HubMetrics {
    connections: Connections<Person>,
    now: IntGauge,
    opened: IntCounter,
    pushed: IntCounter,
    refused: IntCounter,
    cut: IntCounter,
}

/// Registers the metrics of `connections`.
pub(crate) fn register(process: &Process, connections: &Connections<Person>) -> Result<(), StartError> {
    let metrics = HubMetrics {
        connections: connections.clone(),
        now: IntGauge::with_opts(Opts::new("securechat_hub_connections", "Connections now"))?,
        opened: IntCounter::new("securechat_hub_connections_opened_total", "Connections that shook hands")?,
        pushed: IntCounter::new("securechat_hub_pushes_total", "Pushes queued to a connection")?,
        refused: IntCounter::new("securechat_hub_pushes_refused_total", "Pushes that found a connection ending")?,
        cut: IntCounter::new("securechat_hub_connections_cut_total", "Connections that were silent or took nothing")?,
    };
    Ok(process.metrics.registry().register(Box::new(metrics))?)
}

impl Collector for HubMetrics {
    fn desc(&self) -> Vec<&Desc> {
        [self.now.desc(), self.opened.desc(), self.pushed.desc(), self.refused.desc(), self.cut.desc()].concat()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let stats = self.connections.stats();
        self.now.set(i64::try_from(stats.connections).unwrap_or(i64::MAX));
        for (counter, now) in [
            (&self.opened, stats.opened),
            (&self.pushed, stats.pushed),
            (&self.refused, stats.refused),
            (&self.cut, stats.cut),
        ] {
            counter.inc_by(now.saturating_sub(counter.get()));
        }
        let counters = [&self.opened, &self.pushed, &self.refused, &self.cut];
        self.now.collect().into_iter().chain(counters.into_iter().flat_map(Collector::collect)).collect()
    }
}
