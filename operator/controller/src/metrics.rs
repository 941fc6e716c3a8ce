//! What the operator tells about itself.

use prometheus::{Encoder as _, Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The metrics, and when each watch was last known to be alive.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// `securechat_operator_reconciles_total{result}`
    pub reconciles: IntCounterVec,
    /// `securechat_operator_reconcile_seconds`
    pub reconcile_seconds: Histogram,
    /// `securechat_operator_queue_wait_seconds`
    pub queue_wait: Histogram,
    /// `securechat_operator_writes_total{kind,action}`
    pub writes: IntCounterVec,
    /// `securechat_operator_watch_errors_total{watch}`
    pub watch_errors: IntCounterVec,
    /// `securechat_operator_leader`
    pub leader: IntGauge,
    alive: Mutex<HashMap<String, Instant>>,
}

impl Metrics {
    /// Registers all metrics.
    ///
    /// # Errors
    /// When two have the same name, which a test excludes.
    pub fn new() -> Result<Self, prometheus::Error> {
        let counter = |name, help, labels: &[&str]| IntCounterVec::new(Opts::new(name, help), labels);
        let metrics = Self {
            registry: Registry::new(),
            reconciles: counter("securechat_operator_reconciles_total", "Looks at a resource.", &["result"])?,
            reconcile_seconds: Histogram::with_opts(HistogramOpts::new(
                "securechat_operator_reconcile_seconds",
                "How long one look at a resource takes.",
            ))?,
            queue_wait: Histogram::with_opts(HistogramOpts::new(
                "securechat_operator_queue_wait_seconds",
                "How long a resource waits to be looked at.",
            ))?,
            writes: counter("securechat_operator_writes_total", "Writes to the API server.", &["kind", "action"])?,
            watch_errors: counter("securechat_operator_watch_errors_total", "Watches that broke.", &["watch"])?,
            leader: IntGauge::new("securechat_operator_leader", "1 while this process leads.")?,
            alive: Mutex::default(),
        };
        metrics.registry.register(Box::new(metrics.reconciles.clone()))?;
        metrics.registry.register(Box::new(metrics.reconcile_seconds.clone()))?;
        metrics.registry.register(Box::new(metrics.queue_wait.clone()))?;
        metrics.registry.register(Box::new(metrics.writes.clone()))?;
        metrics.registry.register(Box::new(metrics.watch_errors.clone()))?;
        metrics.registry.register(Box::new(metrics.leader.clone()))?;
        Ok(metrics)
    }

    /// A watch has just shown that it is alive.
    pub fn fresh(&self, watch: &str) {
        let mut alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner);
        match alive.get_mut(watch) {
            Some(at) => *at = Instant::now(),
            None => {
                alive.insert(watch.to_owned(), Instant::now());
            }
        }
    }

    /// A watch has stopped, and is not silent: there is nothing to watch.
    pub fn stopped(&self, watch: &str) {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner).remove(watch);
    }

    /// The watches that were silent for longer than `limit`.
    pub fn stale(&self, limit: Duration) -> Vec<String> {
        let alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner);
        alive.iter().filter(|(_, at)| at.elapsed() > limit).map(|(watch, _)| watch.clone()).collect()
    }

    /// Prometheus' text format.
    ///
    /// # Errors
    /// When a metric cannot be written.
    pub fn text(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}
