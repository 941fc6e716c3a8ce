use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(20);

/// Asks again and again, for at most 20 s, until `check` is true. For things that nothing announces, such as rows that
/// another task deletes.
///
/// # Panics
/// When it never is, naming `what` was waited for.
pub async fn eventually(what: &str, mut check: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !check().await {
        assert!(start.elapsed() < LIMIT, "waited {LIMIT:?} for: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
