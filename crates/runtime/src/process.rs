//! What a service is given, and what it gives back.

use crate::Check;
use securechat_http_kit::Route;
use securechat_kernel::{ClockRef, IdGeneratorRef, RandomRef, SystemClock, SystemIds, SystemRandom};
use securechat_metrics::Metrics;
use std::{future::Future, sync::Arc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A service cannot be started as configured. The message names what is wrong.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// What every service needs and none makes for itself. Cheap to clone.
#[derive(Clone)]
pub struct Process {
    /// The time.
    pub clock: ClockRef,
    /// Ids.
    pub ids: IdGeneratorRef,
    /// Secrets.
    pub random: RandomRef,
    /// Where things are counted.
    pub metrics: Metrics,
    tasks: TaskTracker,
    draining: CancellationToken,
    stopping: CancellationToken,
}

impl Process {
    /// With the machine's clock and randomness.
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemIds), Arc::new(SystemRandom))
    }

    /// With the given clock and randomness.
    pub fn new(clock: ClockRef, ids: IdGeneratorRef, random: RandomRef) -> Self {
        Self {
            clock,
            ids,
            random,
            metrics: Metrics::new(),
            tasks: TaskTracker::new(),
            draining: CancellationToken::new(),
            stopping: CancellationToken::new(),
        }
    }

    /// Starts background work. It should end soon after [`Self::draining`] or [`Self::stopping`]; work that does not is
    /// dropped when the drain time is over.
    pub fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping.clone();
        let work = async move {
            work.await;
            if !stopping.is_cancelled() {
                tracing::debug!(task = name, "background work ended");
            }
        };
        self.tasks.spawn(work);
    }

    /// Starts background work that is simply dropped when the process stops.
    pub fn spawn_until_stopped(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping();
        self.spawn(name, async move {
            tokio::select! {
                () = stopping.cancelled() => {}
                () = work => {}
            }
        });
    }

    /// Cancelled first: take no new work from elsewhere.
    pub fn draining(&self) -> CancellationToken {
        self.draining.clone()
    }

    /// Cancelled last: no request is under way any more; flush and end.
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }
}

/// A service, built.
pub struct Service {
    /// Its name, for logs.
    pub name: &'static str,
    /// What the gateway may reach.
    pub public: Route,
    /// What other services may reach.
    pub internal: Route,
    /// What it depends on.
    pub checks: Vec<Check>,
}
