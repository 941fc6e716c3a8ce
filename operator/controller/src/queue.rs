//! Which resources are to be looked at: each at most once at a time, soon after it changed, later and later while it
//! fails.

use crate::store::Key;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

const RETRY_FIRST: Duration = Duration::from_millis(250);
const RETRY_LAST: Duration = Duration::from_mins(1);

/// How a look at a resource ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is left to do until something changes.
    Done,
    /// To be tried again, later at every failure.
    Retry,
}

#[derive(Debug, Default)]
struct Inner {
    ready: VecDeque<Key>,
    queued: HashSet<Key>,
    running: HashSet<Key>,
    again: HashSet<Key>,
    later: BTreeSet<(Instant, Key)>,
    failures: HashMap<Key, u32>,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Queue {
    inner: Mutex<Inner>,
    wake: Notify,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something changed.
    pub fn add(&self, key: Key) {
        let mut inner = self.lock();
        if inner.running.contains(&key) {
            inner.again.insert(key);
        } else if inner.queued.insert(key.clone()) {
            inner.ready.push_back(key);
            drop(inner);
            self.wake.notify_one();
        }
    }

    /// The next resource; it is nobody else's until [`Queue::finish`].
    pub async fn next(&self) -> Key {
        loop {
            let woken = self.wake.notified();
            let due = {
                let mut inner = self.lock();
                inner.promote(Instant::now());
                if let Some(key) = inner.ready.pop_front() {
                    inner.queued.remove(&key);
                    inner.running.insert(key.clone());
                    if !inner.ready.is_empty() {
                        self.wake.notify_one();
                    }
                    return key;
                }
                inner.later.first().map(|(at, _)| *at)
            };
            match due {
                Some(at) => tokio::select! { () = woken => {}, () = tokio::time::sleep_until(at) => {} },
                None => woken.await,
            }
        }
    }

    /// Gives a resource back.
    pub fn finish(&self, key: Key, outcome: Outcome) {
        let mut inner = self.lock();
        inner.running.remove(&key);
        match outcome {
            Outcome::Done => {
                inner.failures.remove(&key);
            }
            Outcome::Retry => {
                let failures = inner.failures.entry(key.clone()).or_default();
                *failures += 1;
                let at = Instant::now() + delay(*failures);
                inner.later.insert((at, key.clone()));
            }
        }
        if inner.again.remove(&key) && inner.queued.insert(key.clone()) {
            inner.ready.push_back(key);
        }
        drop(inner);
        self.wake.notify_one();
    }
}

/// How long a resource waits after so many failures in a row.
fn delay(failures: u32) -> Duration {
    RETRY_FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(RETRY_LAST)
}

impl Inner {
    /// Moves what is due to the ready ones.
    fn promote(&mut self, now: Instant) {
        while let Some((at, key)) = self.later.first().cloned() {
            if at > now {
                return;
            }
            self.later.pop_first();
            if self.running.contains(&key) {
                self.again.insert(key);
            } else if self.queued.insert(key.clone()) {
                self.ready.push_back(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn key(name: &str) -> Key {
        Key { namespace: "n".into(), name: name.into() }
    }

    #[test]
    fn a_resource_that_changes_while_it_is_looked_at_is_looked_at_once_more() {
        let queue = Queue::default();
        queue.add(key("a"));
        queue.add(key("a"));
        let a = queue.next().now_or_never().unwrap();
        queue.add(key("a"));
        queue.add(key("a"));
        assert_eq!(queue.next().now_or_never(), None, "nobody else gets it meanwhile");
        queue.finish(a, Outcome::Done);
        let a = queue.next().now_or_never().unwrap();
        queue.finish(a, Outcome::Done);
        assert_eq!(queue.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_failing_resource_waits_and_keeps_no_other_waiting() {
        let queue = Queue::default();
        queue.add(key("bad"));
        queue.add(key("good"));
        let bad = queue.next().await;
        queue.finish(bad.clone(), Outcome::Retry);
        assert_eq!(queue.next().now_or_never(), Some(key("good")));
        assert_eq!(queue.next().now_or_never(), None, "the bad one waits");
        assert_eq!(queue.next().await, bad, "and comes back by itself");
    }

    #[test]
    fn the_wait_grows_to_a_minute_and_no_further() {
        let waits: Vec<_> = (1..100).map(delay).collect();
        assert!(waits.is_sorted());
        assert_eq!((waits.first(), waits.last()), (Some(&RETRY_FIRST), Some(&RETRY_LAST)));
    }
}
