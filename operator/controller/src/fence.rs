//! Until when this process may write. A leader that was frozen past its Lease finds the fence closed when it wakes, and
//! what it sends while the fence is open ends before the Lease does.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// No write takes longer, however long the Lease is.
const LONGEST: Duration = Duration::from_secs(4);

/// Until when this process may write.
#[derive(Debug)]
pub struct Fence {
    until: Mutex<Option<Instant>>,
    limit: Duration,
}

/// This process does not lead any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this replica does not hold the Lease")]
pub struct NotLeader;

impl Fence {
    /// Closed. Between the last moment at which it may be open and the end of the Lease there is `margin`.
    pub fn new(margin: Duration) -> Self {
        // Some of the margin is left for the clocks, and for what is on its way when the time is over.
        Self { until: Mutex::default(), limit: (margin * 4 / 5).min(LONGEST) }
    }

    /// Writes are allowed until then.
    pub fn open_until(&self, at: Instant) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// No writes.
    pub fn close(&self) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// To be asked before every write: how long it may take.
    ///
    /// # Errors
    /// [`NotLeader`]
    pub fn check(&self) -> Result<Duration, NotLeader> {
        match *self.until.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(until) if Instant::now() < until => Ok(self.limit),
            _ => Err(NotLeader),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_closed_before_it_is_opened_after_its_time_and_when_it_is_closed() {
        let fence = Fence::new(Duration::from_secs(5));
        assert_eq!(fence.check(), Err(NotLeader));
        fence.open_until(Instant::now() + Duration::from_mins(1));
        assert_eq!(fence.check(), Ok(Duration::from_secs(4)));
        fence.open_until(Instant::now() - Duration::from_millis(1));
        assert_eq!(fence.check(), Err(NotLeader), "a leader that was frozen writes nothing when it wakes");
        fence.open_until(Instant::now() + Duration::from_mins(1));
        fence.close();
        assert_eq!(fence.check(), Err(NotLeader));
    }

    #[test]
    fn a_write_that_begins_at_the_last_moment_ends_before_the_lease() {
        for margin in (1..100).map(Duration::from_secs) {
            let fence = Fence::new(margin);
            fence.open_until(Instant::now() + Duration::from_mins(1));
            assert!(fence.check().is_ok_and(|limit| limit < margin));
        }
    }
}
