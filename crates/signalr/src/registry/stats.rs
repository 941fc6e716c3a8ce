//! Counters for metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) opened: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) pushed: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) cut: AtomicU64,
}

/// What a registry counted since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Connections now.
    pub connections: u64,
    /// Connections that shook hands, ever.
    pub opened: u64,
    /// Frames received.
    pub received: u64,
    /// Pushes queued to a connection.
    pub pushed: u64,
    /// Pushes that found a connection ending, among them those that were too many for a slow consumer.
    pub refused: u64,
    /// Connections the heartbeat ended: silent ones, and those that took nothing for too long.
    pub cut: u64,
}

impl Counters {
    pub(super) fn stats(&self, connections: usize) -> Stats {
        Stats {
            connections: connections as u64,
            opened: self.opened.load(Relaxed),
            received: self.received.load(Relaxed),
            pushed: self.pushed.load(Relaxed),
            refused: self.refused.load(Relaxed),
            cut: self.cut.load(Relaxed),
        }
    }
}
