//! Which resources are to be looked at: each at most once at a time, soon after it changed, later and later while it
//! fails, and not too often if it changes all the time.

use crate::store::Key;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

const RETRY_FIRST: Duration = Duration::from_millis(250);
const RETRY_LAST: Duration = Duration::from_mins(1);
/// A resource may be looked at so often in a row: an installation takes a few dozen looks.
const LOOKS_AT_ONCE: f64 = 100.0;
/// And so often in the long run.
const LOOKS_A_SECOND: f64 = 2.0;

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
    /// Those in `ready`, and since when.
    queued: HashMap<Key, Instant>,
    running: HashSet<Key>,
    again: HashSet<Key>,
    later: BTreeSet<(Instant, Key)>,
    /// Those in `later`, and when: each at most once.
    due: HashMap<Key, Instant>,
    failing: HashMap<Key, Failing>,
    pace: HashMap<Key, Pace>,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Queue {
    inner: Mutex<Inner>,
    wake: Notify,
}

/// A resource to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Which.
    pub key: Key,
    /// How long it waited since it was to be looked at.
    pub waited: Duration,
}

/// How much there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// To be looked at now.
    pub ready: usize,
    /// Being looked at.
    pub running: usize,
    /// To be looked at after a wait: it failed, or changes too often.
    pub waiting: usize,
    /// How long the first of the ready ones has waited.
    pub lag: Duration,
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
        } else if inner.push(key, Instant::now()) {
            drop(inner);
            self.wake.notify_one();
        }
    }

    /// The next resource; it is nobody else's until [`Queue::finish`].
    pub async fn next(&self) -> Turn {
        loop {
            let woken = self.wake.notified();
            let due = {
                let mut inner = self.lock();
                if let Some(turn) = inner.pop(Instant::now()) {
                    if !inner.ready.is_empty() {
                        self.wake.notify_one();
                    }
                    return turn;
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
        let now = Instant::now();
        let mut inner = self.lock();
        inner.running.remove(&key);
        match outcome {
            Outcome::Done => {
                inner.failing.remove(&key);
            }
            Outcome::Retry => {
                let at = inner.failing.entry(key.clone()).or_insert(Failing { times: 0, retry: now }).again(now);
                inner.postpone(key.clone(), at);
            }
        }
        if inner.again.remove(&key) {
            inner.push(key, now);
        }
        drop(inner);
        self.wake.notify_one();
    }

    /// Forgets a resource that is gone.
    pub fn forget(&self, key: &Key) {
        let mut inner = self.lock();
        inner.failing.remove(key);
        inner.pace.remove(key);
    }

    /// How much there is to do.
    pub fn depth(&self) -> Depth {
        let inner = self.lock();
        let since = inner.ready.front().and_then(|key| inner.queued.get(key));
        Depth {
            ready: inner.ready.len(),
            running: inner.running.len(),
            waiting: inner.later.len(),
            lag: since.map_or(Duration::ZERO, Instant::elapsed),
        }
    }
}

/// A resource whose looks fail.
#[derive(Debug, Clone, Copy)]
struct Failing {
    times: u32,
    retry: Instant,
}

impl Failing {
    /// When to try again. A look that comes sooner, because something changed, does not make the wait longer.
    fn again(&mut self, now: Instant) -> Instant {
        if now >= self.retry {
            self.times = self.times.saturating_add(1);
            self.retry = now + delay(self.times);
        }
        self.retry
    }
}

/// How long a resource waits after so many failures in a row.
fn delay(failures: u32) -> Duration {
    RETRY_FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(RETRY_LAST)
}

/// How many looks a resource has left. Somebody who takes back whatever we write would keep us busy for ever.
#[derive(Debug, Clone, Copy)]
struct Pace {
    looks: f64,
    at: Instant,
}

impl Pace {
    /// Takes a look, or tells when there will be one.
    fn take(&mut self, now: Instant) -> Result<(), Instant> {
        let grown = now.saturating_duration_since(self.at).as_secs_f64() * LOOKS_A_SECOND;
        *self = Self { looks: (self.looks + grown).min(LOOKS_AT_ONCE), at: now };
        if self.looks < 1.0 {
            return Err(now + Duration::from_secs_f64((1.0 - self.looks) / LOOKS_A_SECOND));
        }
        self.looks -= 1.0;
        Ok(())
    }
}

impl Inner {
    /// Makes it ready, unless it is. Whatever it waited for need not be waited for any more.
    fn push(&mut self, key: Key, now: Instant) -> bool {
        if self.queued.contains_key(&key) {
            return false;
        }
        if let Some(at) = self.due.remove(&key) {
            self.later.remove(&(at, key.clone()));
        }
        self.queued.insert(key.clone(), now);
        self.ready.push_back(key);
        true
    }

    /// Makes it wait; what is to come sooner stays.
    fn postpone(&mut self, key: Key, at: Instant) {
        if let Some(before) = self.due.get(&key).copied() {
            if before <= at {
                return;
            }
            self.later.remove(&(before, key.clone()));
        }
        self.due.insert(key.clone(), at);
        self.later.insert((at, key));
    }

    /// The first of the ready ones that has a look left.
    fn pop(&mut self, now: Instant) -> Option<Turn> {
        self.promote(now);
        while let Some(key) = self.ready.pop_front() {
            let since = self.queued.remove(&key).unwrap_or(now);
            let pace = self.pace.entry(key.clone()).or_insert(Pace { looks: LOOKS_AT_ONCE, at: now });
            match pace.take(now) {
                Ok(()) => {
                    self.running.insert(key.clone());
                    return Some(Turn { key, waited: now.saturating_duration_since(since) });
                }
                Err(at) => self.postpone(key, at),
            }
        }
        None
    }

    /// Moves what is due to the ready ones.
    fn promote(&mut self, now: Instant) {
        while let Some((at, key)) = self.later.first().cloned() {
            if at > now {
                return;
            }
            self.later.pop_first();
            self.due.remove(&key);
            if self.running.contains(&key) {
                self.again.insert(key);
            } else {
                self.push(key, at);
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

    fn next(queue: &Queue) -> Option<Key> {
        queue.next().now_or_never().map(|turn| turn.key)
    }

    #[test]
    fn a_resource_that_changes_while_it_is_looked_at_is_looked_at_once_more() {
        let queue = Queue::default();
        queue.add(key("a"));
        queue.add(key("a"));
        let a = next(&queue).unwrap();
        queue.add(key("a"));
        queue.add(key("a"));
        assert_eq!(next(&queue), None, "nobody else gets it meanwhile");
        queue.finish(a, Outcome::Done);
        let a = next(&queue).unwrap();
        queue.finish(a, Outcome::Done);
        assert_eq!(next(&queue), None);
    }

    #[tokio::test]
    async fn a_failing_resource_waits_and_keeps_no_other_waiting() {
        let queue = Queue::default();
        queue.add(key("bad"));
        queue.add(key("good"));
        let bad = queue.next().await.key;
        queue.finish(bad.clone(), Outcome::Retry);
        assert_eq!(next(&queue), Some(key("good")));
        assert_eq!(next(&queue), None, "the bad one waits");
        assert_eq!(queue.next().await.key, bad, "and comes back by itself");
    }

    /// Each change brings one more look, and all of them together one retry.
    #[test]
    fn a_failing_resource_that_changes_often_is_retried_once() {
        let queue = Queue::default();
        for _ in 0..20 {
            queue.add(key("bad"));
            let bad = next(&queue).unwrap();
            queue.finish(bad, Outcome::Retry);
        }
        assert_eq!(queue.depth().waiting, 1);
        queue.add(key("bad"));
        assert_eq!((queue.depth().ready, queue.depth().waiting), (1, 0), "the look that comes now is the retry");
    }

    #[test]
    fn failures_that_changes_bring_about_do_not_make_the_wait_longer() {
        let now = Instant::now();
        let mut failing = Failing { times: 0, retry: now };
        for _ in 0..50 {
            assert_eq!(failing.again(now), now + RETRY_FIRST);
        }
        let later = now + RETRY_FIRST;
        assert_eq!(failing.again(later), later + RETRY_FIRST * 2);
    }

    #[test]
    fn a_resource_that_changes_all_the_time_is_looked_at_twice_a_second() {
        let (mut inner, began) = (Inner::default(), Instant::now());
        let mut looks = 0;
        for millisecond in 0..60_000 {
            let now = began + Duration::from_millis(millisecond);
            inner.push(key("fought over"), now);
            if let Some(turn) = inner.pop(now) {
                looks += 1;
                inner.running.remove(&turn.key);
            }
        }
        assert!((210..=225).contains(&looks), "a hundred at once, then two a second, not {looks}");
    }

    #[test]
    fn the_wait_grows_to_a_minute_and_no_further() {
        let waits: Vec<_> = (1..100).map(delay).collect();
        assert!(waits.is_sorted());
        assert_eq!((waits.first(), waits.last()), (Some(&RETRY_FIRST), Some(&RETRY_LAST)));
    }

    #[test]
    fn depth_and_lag_are_told() {
        let queue = Queue::default();
        assert_eq!(queue.depth(), Depth::default());
        queue.add(key("a"));
        queue.add(key("b"));
        let a = next(&queue).unwrap();
        let depth = queue.depth();
        assert_eq!((depth.ready, depth.running, depth.waiting), (1, 1, 0));
        assert!(depth.lag > Duration::ZERO);
        queue.finish(a, Outcome::Retry);
        assert_eq!(queue.depth().waiting, 1);
    }
}
