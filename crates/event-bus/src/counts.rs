//! What of events is counted.

use crate::Envelope;
use securechat_kernel::{Clock, SystemClock};
use securechat_metrics::services::{EVENT_AGE, EVENT_HANDLING, EVENTS_HANDLED, EVENTS_PUBLISHED};
use securechat_metrics::{HistogramVec, IntCounterVec, Metrics};
use std::time::Duration;

/// The type of what is no event.
pub(crate) const NO_TYPE: &str = "none";

#[derive(Clone)]
pub(crate) struct Counts {
    published: IntCounterVec,
    handled: IntCounterVec,
    handling: HistogramVec,
    age: HistogramVec,
}

impl Counts {
    pub(crate) fn of(metrics: &Metrics) -> Self {
        Self {
            published: metrics.counter(EVENTS_PUBLISHED),
            handled: metrics.counter(EVENTS_HANDLED),
            handling: metrics.histogram(EVENT_HANDLING),
            age: metrics.histogram(EVENT_AGE),
        }
    }

    pub(crate) fn published(&self, type_: &str, confirmed: bool) {
        let outcome = if confirmed { "confirmed" } else { "failed" };
        self.published.with_label_values(&[type_, outcome]).inc();
    }

    /// Its handling begins.
    pub(crate) fn begun(&self, queue: &str, envelope: &Envelope) {
        let age = (SystemClock.now() - envelope.time).as_seconds_f64().max(0.0);
        self.age.with_label_values(&[queue]).observe(age);
    }

    pub(crate) fn took(&self, queue: &str, type_: &str, took: Duration) {
        self.handling.with_label_values(&[queue, type_]).observe(took.as_secs_f64());
    }

    pub(crate) fn handled(&self, queue: &str, type_: &str, outcome: &str) {
        self.handled.with_label_values(&[queue, type_, outcome]).inc();
    }
}
