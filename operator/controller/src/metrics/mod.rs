//! What the operator tells about itself. Everything is declared in [`declared`].

mod conditions;
pub mod declared;
mod requests;

pub use requests::counted;

use crate::kinds::Kind;
use crate::queue::Queue;
use crate::store::Store;
use securechat_metrics::{GaugeVec, HistogramVec, IntCounterVec, NO_LABELS, figure};
use securechat_trace_context::{Kind as StepKind, step as trace_step};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The metrics, and when each watch was last known to be alive.
#[derive(Debug)]
pub struct Metrics {
    all: securechat_metrics::Metrics,
    reconciles: IntCounterVec,
    reconcile_duration: HistogramVec,
    step_duration: HistogramVec,
    queue_wait: HistogramVec,
    writes: IntCounterVec,
    watch_errors: IntCounterVec,
    watch_lists: IntCounterVec,
    api_requests: HistogramVec,
    leader: GaugeVec,
    watches: Arc<Watches>,
    /// Whose conditions are told.
    store: OnceLock<Arc<Store>>,
}

/// When each watch was last known to be alive.
#[derive(Debug, Default)]
struct Watches(Mutex<HashMap<&'static str, Instant>>);

impl Default for Metrics {
    fn default() -> Self {
        let all = securechat_metrics::Metrics::new();
        all.gauge(declared::BUILD_INFO).with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1.0);
        let (watches, age) = (Arc::<Watches>::default(), all.gauge(declared::WATCH_AGE));
        let alive = Arc::clone(&watches);
        all.measure(move || {
            age.reset();
            for (watch, at) in alive.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                age.with_label_values(&[watch]).set(at.elapsed().as_secs_f64());
            }
        });
        let metrics = Self {
            reconciles: all.counter(declared::RECONCILES),
            reconcile_duration: all.histogram(declared::RECONCILE_DURATION),
            step_duration: all.histogram(declared::STEP_DURATION),
            queue_wait: all.histogram(declared::QUEUE_WAIT),
            writes: all.counter(declared::WRITES),
            watch_errors: all.counter(declared::WATCH_ERRORS),
            watch_lists: all.counter(declared::WATCH_LISTS),
            api_requests: all.histogram(declared::API_REQUESTS),
            leader: all.gauge(declared::LEADER),
            watches,
            store: OnceLock::new(),
            all,
        };
        metrics.leads(false);
        metrics
    }
}

impl Metrics {
    /// Tells from now on how much there is in the store and the queue.
    pub fn observe(&self, store: &Arc<Store>, queue: &Arc<Queue>) {
        let _ = self.store.set(Arc::clone(store));
        let (resources, children) = (self.all.gauge(declared::RESOURCES), self.all.gauge(declared::CHILDREN));
        let (depth, lag) = (self.all.gauge(declared::QUEUE_DEPTH), self.all.gauge(declared::QUEUE_LAG));
        let (store, queue) = (Arc::clone(store), Arc::clone(queue));
        self.all.measure(move || {
            let (known, of_kind) = store.counts();
            resources.with_label_values(NO_LABELS).set(figure(known));
            for kind in Kind::ALL {
                let count = of_kind.get(&kind).copied().unwrap_or_default();
                children.with_label_values(&[kind.as_str()]).set(figure(count));
            }
            let now = queue.depth();
            for (state, count) in [("ready", now.ready), ("running", now.running), ("waiting", now.waiting)] {
                depth.with_label_values(&[state]).set(figure(count));
            }
            lag.with_label_values(NO_LABELS).set(now.lag.as_secs_f64());
        });
    }

    /// Counts steps of traces by what became of them.
    pub fn trace_steps(&self) -> IntCounterVec {
        self.all.counter(declared::TRACE_STEPS)
    }

    /// Whether this process leads.
    pub fn leads(&self, leads: bool) {
        self.leader.with_label_values(NO_LABELS).set(f64::from(leads));
    }

    /// A look has ended.
    pub fn reconciled(&self, result: &str, took: Duration) {
        self.reconciles.with_label_values(&[result]).inc();
        self.reconcile_duration.with_label_values(NO_LABELS).observe(took.as_secs_f64());
    }

    /// Measures a step of a look.
    pub fn step<T, F: Future<Output = T>>(&self, step: &str, work: F) -> impl Future<Output = T> + use<T, F> {
        let (took, began) = (self.step_duration.with_label_values(&[step]), Instant::now());
        let work = trace_step(StepKind::Internal, step, work);
        async move {
            let done = work.await;
            took.observe(began.elapsed().as_secs_f64());
            done
        }
    }

    /// A resource waited so long.
    pub fn waited(&self, waited: Duration) {
        self.queue_wait.with_label_values(NO_LABELS).observe(waited.as_secs_f64());
    }

    /// A write begins.
    pub fn writes(&self, kind: &str, action: &str) {
        self.writes.with_label_values(&[kind, action]).inc();
    }

    /// A watch broke.
    pub fn watch_failed(&self, watch: &str) {
        self.watch_errors.with_label_values(&[watch]).inc();
    }

    /// A watch lists everything.
    pub fn watch_lists(&self, watch: &str) {
        self.watch_lists.with_label_values(&[watch]).inc();
    }

    /// A watch has just shown that it is alive.
    pub fn fresh(&self, watch: &'static str) {
        self.watches.0.lock().unwrap_or_else(PoisonError::into_inner).insert(watch, Instant::now());
    }

    /// A watch has stopped, and is not silent: there is nothing to watch.
    pub fn stopped(&self, watch: &str) {
        self.watches.0.lock().unwrap_or_else(PoisonError::into_inner).remove(watch);
    }

    /// The watches that were silent for longer than `limit`.
    pub fn stale(&self, limit: Duration) -> Vec<&'static str> {
        let alive = self.watches.0.lock().unwrap_or_else(PoisonError::into_inner);
        alive.iter().filter(|(_, at)| at.elapsed() > limit).map(|(watch, _)| *watch).collect()
    }

    /// Prometheus' text format.
    pub fn text(&self) -> String {
        let mut text = self.all.text();
        if let Some(store) = self.store.get() {
            conditions::write(&mut text, &store.told());
        }
        text
    }
}
