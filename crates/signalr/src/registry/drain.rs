//! Doing something to every connection, spread over a time, so that their clients don't all answer at once.

use super::Connections;
use crate::{Close, Connection, Identity, Push};
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// A slice a tenth of a second, at most.
const SLICE: Duration = Duration::from_millis(100);

impl<I: Identity> Connections<I> {
    /// Takes no more connections and asks those there are, in slices over `period`, to connect elsewhere; then waits
    /// at most `grace` for the last to go. Returns how many did not.
    pub async fn drain(&self, period: Duration, grace: Duration) -> usize {
        self.0.draining.store(true, Relaxed);
        self.in_slices(period, |connection| {
            connection.close(Close::reconnect(), "drain");
        })
        .await;
        self.0.tasks.close();
        // Connections that shook hands meanwhile closed themselves when they registered.
        let _ = tokio::time::timeout(grace, self.0.tasks.wait()).await;
        self.0.tasks.len()
    }

    /// Pushes to every connection there is now, in slices over `period`.
    pub async fn send_to_all_over(&self, period: Duration, push: &Push) {
        self.in_slices(period, |connection| {
            connection.send(push);
        })
        .await;
    }

    async fn in_slices(&self, period: Duration, each: impl Fn(&Arc<Connection<I>>)) {
        let all = self.all();
        let slices = usize::try_from(period.as_millis() / SLICE.as_millis()).unwrap_or(1).clamp(1, all.len().max(1));
        let started = Instant::now();
        for (n, slice) in (1_u32..).zip(all.chunks(all.len().div_ceil(slices).max(1))) {
            slice.iter().for_each(&each);
            if (n as usize) < slices {
                sleep_until(started + period * n / u32::try_from(slices).unwrap_or(u32::MAX)).await;
            }
        }
    }
}
