//! W3C trace context of the work in hand: what a request or an event brought is carried on by the events it causes.

tokio::task_local! {
    static TRACEPARENT: Option<String>;
}

/// The `traceparent` of the task, if one was brought.
pub fn current() -> Option<String> {
    TRACEPARENT.try_with(Clone::clone).ok().flatten()
}

/// Runs `work` under a `traceparent`.
pub async fn scope<T>(traceparent: Option<String>, work: impl Future<Output = T>) -> T {
    TRACEPARENT.scope(traceparent, work).await
}
