//! Probes. `/live`: the process itself. `/ready`: every dependency was reached once and we are not draining — so that
//! an outage later is answered with a Problem and not with an empty endpoint list. `/health`: each dependency now.
//! (W-55, H-27, P-09)

use futures_util::future::{BoxFuture, FutureExt as _, TryFutureExt as _, join_all};
use serde::Serialize;
use std::{
    fmt::Display,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
const UNTIL_READY_PAUSE: Duration = Duration::from_millis(250);

type Probe = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Something a service depends on.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    needed_to_start: bool,
    probe: Probe,
}

impl Check {
    /// A dependency that must be reached once before the service is ready: `probe` asks `on`.
    pub fn needed<T, F, E>(name: &'static str, on: &T, probe: impl Fn(T) -> F + Send + Sync + 'static) -> Self
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        let on = on.clone();
        let probe = move || probe(on.clone()).map_err(|error| error.to_string()).boxed();
        Self { name, needed_to_start: true, probe: Arc::new(probe) }
    }

    /// A dependency that the service starts, and works in part, without.
    pub fn reported<T, F, E>(name: &'static str, on: &T, probe: impl Fn(T) -> F + Send + Sync + 'static) -> Self
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        Self { needed_to_start: false, ..Self::needed(name, on, probe) }
    }

    async fn probe(&self) -> CheckReport {
        let outcome = tokio::time::timeout(PROBE_TIMEOUT, (self.probe)()).await;
        let outcome = outcome.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        CheckReport { name: self.name, ok: outcome.is_ok(), reason: outcome.err() }
    }
}

/// The state of a process. Cheap to clone.
#[derive(Clone)]
pub struct Health {
    checks: Arc<[Check]>,
    ready: Arc<AtomicBool>,
    draining: Arc<AtomicBool>,
}

/// The body of `/health`.
#[derive(Debug, Serialize)]
pub struct HealthReport {
    /// Whether all is well.
    pub ok: bool,
    /// Each dependency.
    pub checks: Vec<CheckReport>,
}

/// One dependency in a [`HealthReport`].
#[derive(Debug, Serialize)]
pub struct CheckReport {
    /// Which.
    pub name: &'static str,
    /// Whether it answers.
    pub ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Health {
    pub(crate) fn new(checks: Vec<Check>) -> Self {
        Self { checks: checks.into(), ready: Arc::default(), draining: Arc::default() }
    }

    /// Ready, and not on the way out.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed) && !self.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Every dependency, asked now.
    pub async fn report(&self) -> HealthReport {
        let checks = join_all(self.checks.iter().map(Check::probe)).await;
        HealthReport { ok: checks.iter().all(|check| check.ok), checks }
    }

    /// Ends when every needed dependency has been reached once.
    pub(crate) async fn until_ready(self) {
        let mut missing: Vec<&Check> = self.checks.iter().filter(|check| check.needed_to_start).collect();
        let mut told = String::new();
        loop {
            let reports = join_all(missing.iter().map(|check| check.probe())).await;
            missing.retain(|check| reports.iter().any(|report| report.name == check.name && !report.ok));
            if missing.is_empty() {
                break;
            }
            let now = format!("{:?}", reports.iter().filter(|report| !report.ok).collect::<Vec<_>>());
            if now != told {
                tracing::warn!(missing = now, "not ready yet");
                told = now;
            }
            tokio::time::sleep(UNTIL_READY_PAUSE).await;
        }
        self.ready.store(true, Ordering::Relaxed);
        tracing::info!("ready");
    }
}
