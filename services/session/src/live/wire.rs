//! What goes into the scripts and comes out of them.

use super::{Applied, LiveError};
use crate::model::{Change, Holder, Outcome, State, What};
use securechat_contracts::dto::Presence;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// Milliseconds since 1970: exact in Lua's floating-point numbers.
pub(super) fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

pub(super) fn from_millis(text: &str) -> Result<OffsetDateTime, LiveError> {
    let time = text
        .parse::<i64>()
        .ok()
        .and_then(|ms| OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok());
    time.ok_or_else(|| LiveError::Unexpected(format!("'{text}' is no time")))
}

pub(super) fn duration(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The name of a holder: a replica's id, or `rest`.
fn holder_name(replica: Option<Uuid>) -> String {
    replica.map_or_else(|| "rest".to_owned(), |id| id.to_string())
}

/// What, connection, number, holder, last activity and deadline.
pub(super) fn arguments(change: Option<&Change>) -> [String; 6] {
    let text = |at: OffsetDateTime| millis(at).to_string();
    let none = String::new;
    let Some(Change { connection, number, what, .. }) = change else {
        return ["look".to_owned(), none(), none(), none(), none(), none()];
    };
    let (name, holder, active, deadline) = match *what {
        What::Alive { holder: Holder::Replica(id), active_at } => {
            ("alive", holder_name(Some(id)), text(active_at), none())
        }
        What::Alive { holder: Holder::Rest { until }, active_at } => {
            ("alive", holder_name(None), text(active_at), text(until))
        }
        What::Announced { replica, active_at } => ("announced", holder_name(Some(replica)), text(active_at), none()),
        What::Refreshed { active_at, until } => ("refreshed", holder_name(None), text(active_at), text(until)),
        What::Closed => ("closed", none(), none(), none()),
        What::Ended => ("ended", none(), none(), none()),
        What::Expired { replica, before } => ("expired", holder_name(replica), none(), text(before)),
    };
    [name.to_owned(), connection.to_string(), format!("{number:020}"), holder, active, deadline]
}

/// What the script says.
pub(super) fn answer(parts: &[String]) -> Result<Applied, LiveError> {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Ok(match parts.as_slice() {
        ["lost"] => Applied::Lost,
        ["unknown"] => Applied::Unknown,
        ["missing"] => Applied::Done(Outcome::Missing),
        ["same"] => Applied::Done(Outcome::Same),
        ["edge", presence, version, since] => Applied::Done(Outcome::Edge(state(presence, version, since)?)),
        other => return Err(LiveError::Unexpected(format!("{other:?}"))),
    })
}

/// A person's state, as it is stored.
pub(super) fn state(name: &str, version: &str, since: &str) -> Result<State, LiveError> {
    let version = version.parse().map_err(|_| LiveError::Unexpected(format!("'{version}' is no version")))?;
    Ok(State { presence: presence(name)?, since: from_millis(since)?, version })
}

/// A presence, as it is stored.
pub(super) fn presence(name: &str) -> Result<Presence, LiveError> {
    match name {
        "online" => Ok(Presence::Online),
        "idle" => Ok(Presence::Idle),
        "offline" => Ok(Presence::Offline),
        other => Err(LiveError::Unexpected(format!("'{other}' is no presence"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_survives_redis_with_milliseconds() {
        let at = time::macros::datetime!(2026-01-02 03:04:05.678 UTC);
        assert_eq!(from_millis(&millis(at).to_string()).unwrap(), at);
        assert!(from_millis("soon").is_err());
    }

    #[test]
    fn an_answer_of_no_script_is_an_error() {
        assert!(answer(&["edge".to_owned()]).is_err());
        assert_eq!(answer(&["lost".to_owned()]).unwrap(), Applied::Lost);
    }
}
