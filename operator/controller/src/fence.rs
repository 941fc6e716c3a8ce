//! Until when this process may write. A leader that was frozen past its Lease finds the fence closed when it wakes.

use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// Until when this process may write.
#[derive(Debug, Default)]
pub struct Fence(Mutex<Option<Instant>>);

/// This process does not lead any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this replica does not hold the Lease")]
pub struct NotLeader;

impl Fence {
    /// Writes are allowed until then.
    pub fn open_until(&self, at: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// No writes.
    pub fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// To be asked before every write.
    ///
    /// # Errors
    /// [`NotLeader`]
    pub fn check(&self) -> Result<(), NotLeader> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(until) if Instant::now() < until => Ok(()),
            _ => Err(NotLeader),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_fence_is_closed_before_it_is_opened_after_its_time_and_when_it_is_closed() {
        let fence = Fence::default();
        assert_eq!(fence.check(), Err(NotLeader));
        fence.open_until(Instant::now() + Duration::from_mins(1));
        assert_eq!(fence.check(), Ok(()));
        fence.open_until(Instant::now() - Duration::from_millis(1));
        assert_eq!(fence.check(), Err(NotLeader), "a leader that was frozen writes nothing when it wakes");
        fence.open_until(Instant::now() + Duration::from_mins(1));
        fence.close();
        assert_eq!(fence.check(), Err(NotLeader));
    }
}
