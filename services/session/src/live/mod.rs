//! Live presence in Redis: who holds which connections now. All of it may be lost; the marker key tells when it was.
//!
//! Every change is one Lua script, so several replicas of the service can't disturb each other. Keys, after the prefix:
//!
//! ```text
//! marker       present while what is here is complete
//! c:<user>     her connections and tombstones       s:<user>   her presence, its version, since when
//! replicas     when each hub replica was last heard  r:<replica> what it holds
//! rest         when each REST connection expires
//! due          when to look at a person again (she falls idle, or the reload she might be in takes too long)
//! untold       people whose edge was not yet told to their friends
//! unrecorded   people whose edge is not yet in the history
//! lock         who sweeps       reconcile  when to compare the history's open spans with what is here
//! ```

mod connect;
mod read;
mod sweep;
mod wire;

use crate::model::{Base, Change, Outcome};
use connect::Redis;
use redis::Script;
use securechat_cache::CacheError;
use securechat_config::Session;
use securechat_kernel::{ClockRef, UserId};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;
use wire::{answer, arguments, millis};

/// Redis can't be used now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LiveError {
    /// It does not answer, or refuses.
    #[error("Redis is unavailable: {0}")]
    Unavailable(#[from] redis::RedisError),
    /// It answered what no script of ours answers.
    #[error("Redis holds something unexpected: {0}")]
    Unexpected(String),
}

/// What a change needs before it can be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It is done.
    Done(Outcome),
    /// Redis was emptied: everybody must announce again first.
    Lost,
    /// The person's presence is not known here: ask the history and apply again.
    Unknown,
}

/// What an edge demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duty {
    /// Friends are to be told.
    Tell,
    /// The history is to be written.
    Record,
}

impl Duty {
    const fn set(self) -> &'static str {
        match self {
            Self::Tell => "untold",
            Self::Record => "unrecorded",
        }
    }
}

/// The live state.
#[derive(Clone)]
pub(crate) struct Live(Arc<Inner>);

struct Inner {
    redis: Redis,
    prefix: String,
    clock: ClockRef,
    idle_after: Duration,
    debounce: Duration,
    change: Script,
    done: Script,
    heartbeat: Script,
    forget_replica: Script,
    lock: Script,
}

impl Live {
    pub(crate) fn new(config: &Session, clock: ClockRef) -> Result<Self, CacheError> {
        Ok(Self(Arc::new(Inner {
            redis: Redis::new(&config.cache)?,
            prefix: config.cache.prefix.clone(),
            clock,
            idle_after: Duration::from_secs(config.idle_after_seconds),
            debounce: Duration::from_millis(config.offline_debounce_ms),
            change: Script::new(include_str!("change.lua")),
            done: Script::new(include_str!("done.lua")),
            heartbeat: Script::new(include_str!("heartbeat.lua")),
            forget_replica: Script::new(include_str!("forget_replica.lua")),
            lock: Script::new(include_str!("lock.lua")),
        })))
    }

    /// Whether Redis answers.
    pub(crate) async fn ping(&self) -> Result<(), LiveError> {
        Ok(self.0.redis.query(&redis::cmd("PING")).await?)
    }

    /// Applies `change`, or only looks whether a person's presence changed by the passing of time. `base` is what the
    /// history knows, once it was asked.
    pub(crate) async fn apply(
        &self,
        user: UserId,
        change: Option<Change>,
        base: Option<Base>,
    ) -> Result<Applied, LiveError> {
        let mut call = self.0.change.prepare_invoke();
        call.arg(&self.0.prefix).arg(user.to_string()).arg(millis(self.0.clock.now()));
        call.arg(wire::duration(self.0.idle_after)).arg(wire::duration(self.0.debounce));
        for argument in arguments(change.as_ref()) {
            call.arg(argument);
        }
        let (presence, since) = match base {
            None => ("", String::new()),
            Some(base) => (
                if base.online { "online" } else { "offline" },
                base.since.map(|at| millis(at).to_string()).unwrap_or_default(),
            ),
        };
        call.arg(presence).arg(since);
        let said: Vec<String> = self.0.redis.invoke(&call).await?;
        answer(&said)
    }

    /// What an edge demanded was done, up to `version`.
    pub(crate) async fn done(&self, duty: Duty, user: UserId, version: u64) -> Result<(), LiveError> {
        let mut call = self.0.done.prepare_invoke();
        call.arg(&self.0.prefix).arg(duty.set()).arg(user.to_string()).arg(version);
        Ok(self.0.redis.invoke(&call).await?)
    }

    /// A replica lives. `Some(false)` when it was unknown; `None` when Redis was emptied.
    pub(crate) async fn heard(&self, replica: Uuid) -> Result<Option<bool>, LiveError> {
        let mut call = self.0.heartbeat.prepare_invoke();
        call.arg(&self.0.prefix).arg(millis(self.0.clock.now())).arg(replica.to_string());
        let known: i64 = self.0.redis.invoke(&call).await?;
        Ok((known >= 0).then_some(known == 1))
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.0.prefix)
    }
}
