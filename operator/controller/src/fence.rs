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
