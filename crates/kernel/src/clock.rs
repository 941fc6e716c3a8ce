//! Time as a parameter: nothing but [`SystemClock`] asks the operating system what time it is.

use std::sync::Arc;
use time::OffsetDateTime;

/// Tells the time. Tests pass a clock that they move by hand.
pub trait Clock: Send + Sync + 'static {
    /// The present moment in UTC.
    fn now(&self) -> OffsetDateTime;
}

/// A shared [`Clock`].
pub type ClockRef = Arc<dyn Clock>;

/// The machine's clock, cut to whole microseconds because that is what `DATETIME(6)` keeps: a value
/// compares equal before and after it was stored.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's time enters")]
    fn now(&self) -> OffsetDateTime {
        to_microseconds(OffsetDateTime::now_utc())
    }
}

/// Drops what `DATETIME(6)` cannot hold.
#[must_use]
pub fn to_microseconds(at: OffsetDateTime) -> OffsetDateTime {
    let below = at.nanosecond() % 1_000;
    at - time::Duration::nanoseconds(i64::from(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_storage_with_microseconds() {
        let at = time::macros::datetime!(2026-01-02 03:04:05.123456789 UTC);
        assert_eq!(to_microseconds(at), time::macros::datetime!(2026-01-02 03:04:05.123456 UTC));
    }
}
