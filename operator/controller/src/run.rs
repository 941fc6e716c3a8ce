//! The running operator: watches, workers, election, probes, and an orderly end.

use crate::fence::Fence;
use crate::http;
use crate::kinds::Kind;
use crate::lease::Candidate;
use crate::metrics::{Metrics, counted};
use crate::queue::{Outcome, Queue, Turn};
use crate::reconcile::{Context, Next, ReconcileError, reconcile};
use crate::settings::Settings;
use crate::store::{Key, Store};
use crate::watch::{Listed, WATCHES, Watching, watch_children, watch_releases, watch_resources, watch_secrets};
use kube::Client;
use securechat_kernel::{ClockRef, RandomRef};
use securechat_operator_plan::Releases;
use securechat_trace_context::{Kind as StepKind, TraceContext, failed};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::error::Elapsed;
use tokio_util::sync::CancellationToken;
use tracing::Span;

/// A look that takes longer is given up; all its requests have shorter limits.
const LOOK: Duration = Duration::from_mins(1);
/// A stopping operator waits so long for looks under way.
const DRAIN: Duration = Duration::from_secs(20);

/// Why the operator ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The probes' address cannot be bound.
    #[error("cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
    /// Another replica may lead now: the process must end, since its memory is out of date.
    #[error("the Lease was lost")]
    LeaseLost,
    /// Something that runs for ever has ended: a bug.
    #[error("a watch or the probes' server ended")]
    Ended,
}

/// How a look ended, if it did.
type Looked = Result<Result<Next, ReconcileError>, Elapsed>;

/// What the operator is made of beside its settings.
pub struct Parts {
    /// The API server.
    pub client: Client,
    /// The releases it can run.
    pub releases: Releases,
    /// The time.
    pub clock: ClockRef,
    /// Randomness.
    pub random: RandomRef,
    /// Where things are counted.
    pub metrics: Arc<Metrics>,
}

/// Runs until `stop`, or until the Lease is lost.
///
/// # Errors
/// See [`RunError`].
pub async fn run(settings: Settings, parts: Parts, stop: CancellationToken) -> Result<(), RunError> {
    let metrics = parts.metrics;
    let (store, queue) = (Arc::new(Store::default()), Arc::new(Queue::default()));
    metrics.observe(&store, &queue);
    let client = counted(&parts.client, &metrics);
    let fence = Arc::new(Fence::new(settings.lease_margin()));
    let (listed, seen) = tokio::sync::watch::channel(Listed::new());
    let listener = TcpListener::bind(settings.listen).await.map_err(|e| RunError::Listen(settings.listen, e))?;
    let mut background = JoinSet::new();
    background.spawn(http::serve(listener, Arc::clone(&metrics), seen.clone()));
    let watching = Watching {
        client: client.clone(),
        namespace: settings.namespace.clone(),
        store: Arc::clone(&store),
        queue: Arc::clone(&queue),
        metrics: Arc::clone(&metrics),
        listed,
    };
    background.spawn(watch_resources(watching.clone()));
    background.spawn(watch_releases(watching.clone()));
    background.spawn(watch_secrets(watching.clone()));
    for kind in Kind::ALL {
        background.spawn(watch_children(kind, watching.clone()));
    }
    let mut candidate = Candidate::new(client.clone(), settings.clone(), Arc::clone(&fence), Arc::clone(&parts.clock));
    tokio::select! {
        () = stop.cancelled() => {
            candidate.release_if_held().await;
            return Ok(());
        }
        _ = background.join_next() => return Err(RunError::Ended),
        ready = ready_to_lead(&mut candidate, seen) => ready?,
    }
    tracing::info!(identity = settings.identity, "leading");
    metrics.leads(true);
    let context = Arc::new(Context::new(
        client,
        &settings.identity,
        store,
        parts.releases,
        (Arc::clone(&metrics), Arc::clone(&fence)),
        (parts.random, parts.clock),
    ));
    let workers = workers(settings.workers, &context, &queue, &metrics, &stop);
    tokio::select! {
        () = candidate.hold() => {
            metrics.leads(false);
            Err(RunError::LeaseLost)
        }
        _ = background.join_next() => Err(RunError::Ended),
        () = drained(workers, &stop) => {
            candidate.release().await;
            metrics.leads(false);
            Ok(())
        }
    }
}

/// Waits until this replica leads and knows all there is. To list it may take longer than a Lease lasts.
async fn ready_to_lead(candidate: &mut Candidate, listed: Receiver<Listed>) -> Result<(), RunError> {
    candidate.win().await;
    tokio::select! {
        biased;
        () = complete(listed) => Ok(()),
        () = candidate.hold() => Err(RunError::LeaseLost),
    }
}

/// Waits until every watch has listed: before, missing children would be taken for deleted ones.
async fn complete(mut listed: Receiver<Listed>) {
    let _ = listed.wait_for(|kinds| kinds.len() == WATCHES).await;
}

fn workers(
    count: u16,
    context: &Arc<Context>,
    queue: &Arc<Queue>,
    metrics: &Arc<Metrics>,
    stop: &CancellationToken,
) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    for _ in 0..count.max(1) {
        workers.spawn(work(Arc::clone(context), Arc::clone(queue), Arc::clone(metrics), stop.clone()));
    }
    workers
}

/// Looks at one resource after the other; a look under way is finished before the worker ends.
async fn work(context: Arc<Context>, queue: Arc<Queue>, metrics: Arc<Metrics>, stop: CancellationToken) {
    loop {
        let Turn { key, waited } = tokio::select! {
            () = stop.cancelled() => return,
            turn = queue.next() => turn,
        };
        metrics.waited(waited);
        let began = Instant::now();
        let look = tokio::time::timeout(LOOK, Box::pin(reconcile(&context, &key)));
        let looked = TraceContext::root().run(StepKind::Internal, "reconcile", told(&key, look)).await;
        let took = began.elapsed();
        let error = match looked {
            Ok(Ok(next)) => {
                metrics.reconciled("done", took);
                queue.finish(key.clone(), Outcome::Done);
                match next {
                    Next::Rest => {}
                    Next::Again => queue.add(key),
                    Next::Gone => queue.forget(&key),
                }
                continue;
            }
            Ok(Err(error)) => error,
            Err(_) => ReconcileError::Slow(format!("SecureChat {}", key.name)),
        };
        metrics.reconciled(error.category(), took);
        tracing::warn!(namespace = key.namespace, name = key.name, %error, "to be looked at again");
        queue.finish(key, Outcome::Retry);
    }
}

/// Says in the trace of a look what it was at, and how it ended.
async fn told(key: &Key, look: impl Future<Output = Looked>) -> Looked {
    Span::current().record("detail", tracing::field::display(format_args!("{}/{}", key.namespace, key.name)));
    let looked = look.await;
    match &looked {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => failed(error),
        Err(late) => failed(late),
    }
    looked
}

/// Ends when it was told to stop and the workers have ended, or took too long.
async fn drained(mut workers: JoinSet<()>, stop: &CancellationToken) {
    stop.cancelled().await;
    let all = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, all).await.is_err() {
        tracing::warn!("a look under way was cut off");
    }
}
