//! Limits against abuse: one bucket a key, in this process. The edge has its own, coarser ones.

use crate::ApiError;
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _};
use securechat_contracts::ProblemKind;
use std::{num::NonZeroU32, sync::Arc, time::Duration};

/// So many calls within a time, for each key (an address, an account).
#[derive(Clone)]
pub struct RateLimit(Arc<DefaultKeyedRateLimiter<String>>);

impl RateLimit {
    /// `burst` calls at once, and as many again spread over `period`. Zero is taken as one.
    pub fn new(burst: u32, period: Duration) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let each = period / burst.get();
        let quota = Quota::with_period(each).unwrap_or_else(|| Quota::per_second(burst)).allow_burst(burst);
        Self(Arc::new(DefaultKeyedRateLimiter::keyed(quota)))
    }

    /// Counts one call under `key`.
    ///
    /// # Errors
    /// `too-many-requests`, with the time after which the next call passes.
    pub fn check(&self, key: &str) -> Result<(), ApiError> {
        self.0.check_key(&key.to_owned()).map_err(|not_until| {
            let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
            let detail = format!("too many tries; try again in {seconds} seconds");
            ApiError::new(ProblemKind::TooManyRequests).detail(detail).retry_after(seconds)
        })
    }

    /// Forgets keys that have their whole burst again; call it now and then.
    pub fn forget_idle(&self) {
        self.0.retain_recent();
        self.0.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: W-20, B-37.
    #[test]
    fn one_key_is_limited_without_touching_another() {
        let limit = RateLimit::new(2, Duration::from_hours(1));
        assert!(limit.check("a").is_ok() && limit.check("a").is_ok());
        assert_eq!(limit.check("a").unwrap_err().kind(), ProblemKind::TooManyRequests);
        assert!(limit.check("b").is_ok());
    }
}
