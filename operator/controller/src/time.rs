//! Kubernetes' times from the house's clock.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time};
use k8s_openapi::jiff::Timestamp;
use time::OffsetDateTime;

fn timestamp(at: OffsetDateTime) -> Timestamp {
    Timestamp::from_nanosecond(at.unix_timestamp_nanos()).unwrap_or_default()
}

/// Whole seconds, as conditions have.
pub fn seconds(at: OffsetDateTime) -> Time {
    Time(Timestamp::from_second(timestamp(at).as_second()).unwrap_or_default())
}

/// Microseconds, as Leases have.
pub fn micro_time(at: OffsetDateTime) -> MicroTime {
    MicroTime(timestamp(at))
}
