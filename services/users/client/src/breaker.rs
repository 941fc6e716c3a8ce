//! A circuit breaker: after several failures in a row nobody calls for a while, then one call tries whether it works again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const FAILURES_MAX: u32 = 6;
const REST: Duration = Duration::from_secs(5);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Set while open: before it nobody calls.
    next_trial: Option<Instant>,
}

impl Breaker {
    /// Whether a call may be made now. While open, one caller a rest gets through to try.
    pub(crate) fn may_call(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.next_trial {
            Some(until) if now < until => false,
            Some(_) => {
                state.next_trial = Some(now + REST);
                true
            }
            None => true,
        }
    }

    /// Notes how a call went.
    pub(crate) fn record(&self, now: Instant, worked: bool) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if worked {
            *state = State::default();
            return;
        }
        state.failures += 1;
        if state.failures >= FAILURES_MAX {
            state.next_trial = Some(now + REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_when_a_trial_works() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES_MAX {
            assert!(breaker.may_call(start));
            breaker.record(start, false);
        }
        assert!(!breaker.may_call(start));
        let later = start + REST;
        assert!(breaker.may_call(later), "one may try");
        assert!(!breaker.may_call(later), "only one");
        breaker.record(later, true);
        assert!(breaker.may_call(later));
    }

    #[test]
    fn failures_that_are_not_in_a_row_do_not_open_it() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for n in 0..20 {
            breaker.record(now, n % 3 == 0);
        }
        assert!(breaker.may_call(now));
    }
}
