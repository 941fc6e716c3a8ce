//! Prometheus metrics: the registry of a process, and what every request leaves in it.

use prometheus::{HistogramOpts, HistogramVec, Registry, TextEncoder};
use std::{sync::Arc, time::Duration};

/// Bounds of the buckets, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// A process's metrics. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    requests: HistogramVec,
}

impl Default for Metrics {
    #[expect(clippy::expect_used, reason = "fixed names: wrong ones fail in every test")]
    fn default() -> Self {
        let registry = Registry::new();
        let options = HistogramOpts::new("securechat_http_request_duration_seconds", "Time to answer a request")
            .buckets(BUCKETS.to_vec());
        let requests = HistogramVec::new(options, &["listener", "route", "status"]).expect("valid metric");
        registry.register(Box::new(requests.clone())).expect("registered once");
        #[cfg(target_os = "linux")]
        registry
            .register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))
            .expect("registered once");
        Self(Arc::new(Inner { registry, requests }))
    }
}

impl Metrics {
    /// Where a service registers its own.
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    pub(crate) fn request(&self, listener: &str, route: &str, status: u16, took: Duration) {
        let mut buffer = [0_u8; 3];
        let status = status_text(status, &mut buffer);
        self.0.requests.with_label_values(&[listener, route, status]).observe(took.as_secs_f64());
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        TextEncoder::new().encode_to_string(&self.0.registry.gather()).unwrap_or_default()
    }
}

/// Three digits without an allocation: this runs for every request.
fn status_text(status: u16, buffer: &mut [u8; 3]) -> &str {
    for (place, divisor) in buffer.iter_mut().zip([100, 10, 1]) {
        *place = b'0' + u8::try_from(status / divisor % 10).unwrap_or(0);
    }
    std::str::from_utf8(buffer).unwrap_or("000")
}
