//! What the sweeper asks: who is due, what expired, what was not told yet, and whether the state is complete.

use super::{
    Duty, Live, LiveError,
    wire::{duration, millis, state},
};
use crate::model::State;
use redis::cmd;
use securechat_kernel::{ConnectionId, UserId};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// At most so many at a time, so that no answer is large.
const BATCH: usize = 200;

/// One connection of somebody.
pub(crate) type Held = (UserId, ConnectionId);

impl Live {
    /// Takes or keeps the sweeper's lock for `ttl`; `false` when another replica has it.
    pub(crate) async fn lock(&self, owner: Uuid, ttl: Duration) -> Result<bool, LiveError> {
        let mut call = self.0.lock.prepare_invoke();
        call.arg(&self.0.prefix).arg(owner.to_string()).arg(duration(ttl));
        let held: i64 = self.0.redis.invoke(&call).await?;
        Ok(held == 1)
    }

    /// Whether what Redis holds is complete.
    pub(crate) async fn is_complete(&self) -> Result<bool, LiveError> {
        Ok(self.0.redis.query(cmd("EXISTS").arg(self.key("marker"))).await?)
    }

    /// Everybody was asked to announce: from now on changes are taken again. At `reconcile_at` those that nobody
    /// announced are gone.
    pub(crate) async fn begin(&self, reconcile_at: OffsetDateTime) -> Result<(), LiveError> {
        let mut pipeline = redis::pipe();
        pipeline.atomic();
        pipeline.cmd("SET").arg(self.key("reconcile")).arg(millis(reconcile_at)).ignore();
        pipeline.cmd("SET").arg(self.key("marker")).arg(1).ignore();
        Ok(self.0.redis.pipe(&pipeline).await?)
    }

    /// Whether open spans are to be compared now.
    pub(crate) async fn must_reconcile(&self) -> Result<bool, LiveError> {
        let at: Option<i64> = self.0.redis.query(cmd("GET").arg(self.key("reconcile"))).await?;
        Ok(at.is_some_and(|at| at <= millis(self.0.clock.now())))
    }

    /// They were compared.
    pub(crate) async fn reconciled(&self) -> Result<(), LiveError> {
        Ok(self.0.redis.query(cmd("DEL").arg(self.key("reconcile"))).await?)
    }

    /// People to look at now.
    pub(crate) async fn due(&self) -> Result<Vec<UserId>, LiveError> {
        let now = millis(self.0.clock.now());
        self.up_to("due", now).await?.iter().map(|text| user(text)).collect()
    }

    /// People whose edge waits for `duty` for `patience`, with their state now; the next ask for the same person comes
    /// after as long again.
    pub(crate) async fn undone(&self, duty: Duty, patience: Duration) -> Result<Vec<(UserId, State)>, LiveError> {
        let now = self.0.clock.now();
        let mut undone = Vec::new();
        for text in self.up_to(duty.set(), millis(now - patience)).await? {
            let mut pipeline = redis::pipe();
            pipeline.cmd("ZADD").arg(self.key(duty.set())).arg("XX").arg(millis(now)).arg(&text).ignore();
            let state_key = self.key(&format!("s:{text}"));
            pipeline.cmd("HMGET").arg(state_key).arg("presence").arg("version").arg("since");
            let (row,): (Vec<Option<String>>,) = self.0.redis.pipe(&pipeline).await?;
            if let [Some(presence), Some(version), Some(since)] = row.as_slice() {
                undone.push((user(&text)?, state(presence, version, since)?));
            }
        }
        Ok(undone)
    }

    /// Replicas that were last heard of at `before` or earlier.
    pub(crate) async fn silent_replicas(&self, before: OffsetDateTime) -> Result<Vec<Uuid>, LiveError> {
        let names = self.up_to("replicas", millis(before)).await?;
        names.iter().map(|text| text.parse().map_err(|_| unexpected(text))).collect()
    }

    /// Some of what a replica holds.
    pub(crate) async fn held_by(&self, replica: Uuid) -> Result<Vec<Held>, LiveError> {
        let key = self.key(&format!("r:{replica}"));
        let members: Vec<String> = self.0.redis.query(cmd("SRANDMEMBER").arg(key).arg(BATCH)).await?;
        members.iter().map(|text| held(text)).collect()
    }

    /// Forgets a replica that was last heard of at `before` or earlier and holds nothing.
    pub(crate) async fn forget_replica(&self, replica: Uuid, before: OffsetDateTime) -> Result<(), LiveError> {
        let mut call = self.0.forget_replica.prepare_invoke();
        call.arg(&self.0.prefix).arg(replica.to_string()).arg(millis(before));
        Ok(self.0.redis.invoke(&call).await?)
    }

    /// REST connections that were not refreshed in time.
    pub(crate) async fn unrefreshed(&self) -> Result<Vec<Held>, LiveError> {
        let now = millis(self.0.clock.now());
        self.up_to("rest", now).await?.iter().map(|text| held(text)).collect()
    }

    async fn up_to(&self, set: &str, score: i64) -> Result<Vec<String>, LiveError> {
        let mut command = cmd("ZRANGEBYSCORE");
        command.arg(self.key(set)).arg("-inf").arg(score).arg("LIMIT").arg(0).arg(BATCH);
        Ok(self.0.redis.query(&command).await?)
    }
}

fn user(text: &str) -> Result<UserId, LiveError> {
    text.parse().map_err(|_| unexpected(text))
}

fn held(text: &str) -> Result<Held, LiveError> {
    let (user, connection) = text.split_once('/').ok_or_else(|| unexpected(text))?;
    Ok((user.parse().map_err(|_| unexpected(text))?, connection.parse().map_err(|_| unexpected(text))?))
}

fn unexpected(text: &str) -> LiveError {
    LiveError::Unexpected(format!("'{text}' among keys"))
}
