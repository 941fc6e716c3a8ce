//! When a connection last sent and received: written by its task, read by the heartbeat.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use tokio::time::Instant;

/// Times are milliseconds since `origin`, the same for all connections of a registry.
#[derive(Debug)]
pub(crate) struct Activity {
    origin: Instant,
    received: AtomicU64,
    sent: AtomicU64,
    /// Since when the line takes nothing; 0 when it does.
    blocked: AtomicU64,
    /// The server itself does not read now: an invocation runs and enough wait.
    paused: AtomicBool,
}

impl Activity {
    pub(crate) fn new(origin: Instant) -> Self {
        let now = millis(origin);
        Self {
            origin,
            received: AtomicU64::new(now),
            sent: AtomicU64::new(now),
            blocked: AtomicU64::new(0),
            paused: AtomicBool::new(false),
        }
    }

    pub(crate) fn received(&self) {
        self.received.store(millis(self.origin), Relaxed);
    }

    pub(crate) fn sent(&self) {
        self.sent.store(millis(self.origin), Relaxed);
        self.blocked.store(0, Relaxed);
    }

    /// The line takes nothing now; the first such moment counts.
    pub(crate) fn blocked(&self) {
        let _ = self.blocked.compare_exchange(0, millis(self.origin).max(1), Relaxed, Relaxed);
    }

    /// Reading stops or goes on; a client that isn't read can't be blamed for its silence.
    pub(crate) fn paused(&self, paused: bool) {
        if self.paused.swap(paused, Relaxed) && !paused {
            self.received();
        }
    }

    /// How long the client has been silent, at `now`.
    pub(crate) fn silent_for(&self, now: u64) -> u64 {
        if self.paused.load(Relaxed) { 0 } else { now.saturating_sub(self.received.load(Relaxed)) }
    }

    /// How long nothing was sent, at `now`.
    pub(crate) fn quiet_for(&self, now: u64) -> u64 {
        now.saturating_sub(self.sent.load(Relaxed))
    }

    /// How long the line has taken nothing, at `now`.
    pub(crate) fn blocked_for(&self, now: u64) -> u64 {
        match self.blocked.load(Relaxed) {
            0 => 0,
            since => now.saturating_sub(since),
        }
    }
}

/// Milliseconds since `origin`.
pub(crate) fn millis(origin: Instant) -> u64 {
    u64::try_from(origin.elapsed().as_millis()).unwrap_or(u64::MAX)
}
