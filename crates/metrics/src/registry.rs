use crate::{Counter, Declaration, Gauge, Histogram};
use prometheus::{GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder, core::Collector};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bounds of all histograms' buckets, in seconds: from a query to what a person gives up waiting for.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// A process's metrics. Cheap to clone; what two parts of a process count under one name is counted together.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Inner>);

#[derive(Default)]
struct Inner {
    registry: Registry,
    made: Mutex<Made>,
    /// Measures what is measured when it is asked for. The lock is held while the text is made.
    measures: Mutex<Vec<Box<dyn Fn() + Send>>>,
}

#[derive(Default)]
struct Made {
    counters: HashMap<&'static str, IntCounterVec>,
    gauges: HashMap<&'static str, GaugeVec>,
    histograms: HashMap<&'static str, HistogramVec>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Metrics {
    /// No metrics but those that every process has: memory, CPU, files.
    pub fn new() -> Self {
        let metrics = Self::default();
        #[cfg(target_os = "linux")]
        metrics.register(prometheus::process_collector::ProcessCollector::for_self());
        metrics
    }

    /// What is counted with.
    pub fn counter(&self, Counter(declared): Counter) -> IntCounterVec {
        let make = || IntCounterVec::new(options(&declared), &labels(&declared));
        self.made(&mut lock(&self.0.made).counters, &declared, make)
    }

    /// What is set.
    pub fn gauge(&self, Gauge(declared): Gauge) -> GaugeVec {
        let make = || GaugeVec::new(options(&declared), &labels(&declared));
        self.made(&mut lock(&self.0.made).gauges, &declared, make)
    }

    /// What is observed with.
    pub fn histogram(&self, Histogram(declared): Histogram) -> HistogramVec {
        let options = || HistogramOpts::from(options(&declared)).buckets(BUCKETS.to_vec());
        let make = || HistogramVec::new(options(), &labels(&declared));
        self.made(&mut lock(&self.0.made).histograms, &declared, make)
    }

    /// The one of this name, made and registered when it is asked for first.
    #[expect(clippy::expect_used, reason = "a declaration that cannot be used fails in every test")]
    fn made<T: Collector + Clone + 'static>(
        &self,
        all: &mut HashMap<&'static str, T>,
        declared: &Declaration,
        make: impl FnOnce() -> prometheus::Result<T>,
    ) -> T {
        let register = || {
            let made = make().expect("a valid declaration");
            self.register(made.clone());
            made
        };
        all.entry(declared.name).or_insert_with(register).clone()
    }

    /// Runs `measure` whenever somebody asks: for what is known at any time and told nowhere.
    pub fn measure(&self, measure: impl Fn() + Send + 'static) {
        lock(&self.0.measures).push(Box::new(measure));
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let measures = lock(&self.0.measures);
        measures.iter().for_each(|measure| measure());
        TextEncoder::new().encode_to_string(&self.0.registry.gather()).unwrap_or_default()
    }

    #[expect(clippy::expect_used, reason = "a second declaration of one name fails in every test")]
    fn register(&self, collector: impl Collector + 'static) {
        self.0.registry.register(Box::new(collector)).expect("a name is declared once");
    }
}

fn options(declared: &Declaration) -> Opts {
    Opts::new(declared.name, declared.help)
}

fn labels(declared: &Declaration) -> Vec<&'static str> {
    declared.labels.iter().map(|label| label.name).collect()
}

/// Counts something in a gauge for as long as it lives, however it ends.
pub struct UnderWay(prometheus::Gauge);

impl UnderWay {
    /// It begins.
    pub fn begin(gauge: &GaugeVec, labels: &[&str]) -> Self {
        let gauge = gauge.with_label_values(labels);
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NO_LABELS;
    use crate::services::{DATABASE_CONNECTIONS_MAX, HTTP_IN_FLIGHT, HTTP_REQUESTS, OUTBOX_TAKEN_OVER};

    #[test]
    fn what_is_counted_is_told_with_type_and_help() {
        let metrics = Metrics::new();
        for handle in [metrics.counter(OUTBOX_TAKEN_OVER), metrics.clone().counter(OUTBOX_TAKEN_OVER)] {
            handle.with_label_values(NO_LABELS).inc();
        }
        metrics.histogram(HTTP_REQUESTS).with_label_values(&["public", "GET /x", "200"]).observe(0.2);
        let text = metrics.text();
        assert!(text.contains("# TYPE securechat_outbox_taken_over_events_total counter"), "{text}");
        assert!(text.contains("\nsecurechat_outbox_taken_over_events_total 2\n"), "both are one: {text}");
        let help = format!("# HELP securechat_http_request_duration_seconds {}\n", HTTP_REQUESTS.0.help);
        assert!(text.contains(&help), "{text}");
        assert!(text.contains("# HELP process_resident_memory_bytes"), "{text}");
    }

    #[test]
    fn what_is_under_way_is_counted_until_it_ends() {
        let gauge = Metrics::default().gauge(HTTP_IN_FLIGHT);
        let first = UnderWay::begin(&gauge, &["public"]);
        let second = UnderWay::begin(&gauge, &["public"]);
        drop(first);
        assert!((gauge.with_label_values(&["public"]).get() - 1.0).abs() < f64::EPSILON);
        drop(second);
        assert!(gauge.with_label_values(&["public"]).get().abs() < f64::EPSILON);
    }

    #[test]
    fn what_is_measured_is_measured_anew_each_time() {
        let metrics = Metrics::new();
        let gauge = metrics.gauge(DATABASE_CONNECTIONS_MAX);
        metrics.measure(move || gauge.with_label_values(NO_LABELS).inc());
        assert!(metrics.text().contains("\nsecurechat_database_connections_max 1\n"));
        assert!(metrics.text().contains("\nsecurechat_database_connections_max 2\n"));
    }
}
