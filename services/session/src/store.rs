//! All SQL of the service: the history, one row a span of presence.

use crate::model::Base;
use securechat_db::{Pool, Result};
use securechat_kernel::{PageRequest, SessionId, UserId};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// At most so many rows are removed at once, so that no lock is held for long.
const PRUNE_ROWS: u32 = 1_000;

/// One span of presence: from the first connection to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) id: SessionId,
    pub(crate) started_at: OffsetDateTime,
    pub(crate) ended_at: Option<OffsetDateTime>,
}

/// The schema `session`.
#[derive(Clone)]
pub(crate) struct Store {
    pool: Pool,
}

impl Store {
    pub(crate) fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Whether the server answers and the schema is there.
    pub(crate) async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1 FROM presence_spans LIMIT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// A span begins, unless one is open.
    pub(crate) async fn open_span(&self, id: SessionId, user: UserId, at: OffsetDateTime) -> Result<()> {
        let sql = "INSERT INTO presence_spans (id, user_id, started_at, open_flag) VALUES (?, ?, ?, 1) \
                   ON DUPLICATE KEY UPDATE open_flag = 1";
        sqlx::query(sql).bind(id.0).bind(user.0).bind(at).execute(&self.pool).await?;
        Ok(())
    }

    /// The open span, if there is one, ends.
    pub(crate) async fn close_span(&self, user: UserId, at: OffsetDateTime) -> Result<()> {
        let sql = "UPDATE presence_spans SET ended_at = GREATEST(?, started_at), open_flag = NULL \
                   WHERE user_id = ? AND open_flag = 1";
        sqlx::query(sql).bind(at).bind(user.0).execute(&self.pool).await?;
        Ok(())
    }

    /// The newest spans of `user` first.
    pub(crate) async fn spans(&self, user: UserId, page: &PageRequest, before: Option<SessionId>) -> Result<Vec<Span>> {
        let sql = "SELECT id, started_at, ended_at FROM presence_spans \
                   WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?";
        let before = before.map_or(Uuid::max(), |id| id.0);
        let rows: Vec<(Uuid, OffsetDateTime, Option<OffsetDateTime>)> =
            sqlx::query_as(sql).bind(user.0).bind(before).bind(page.limit() + 1).fetch_all(&self.pool).await?;
        let span = |(id, started_at, ended_at)| Span { id: SessionId(id), started_at, ended_at };
        Ok(rows.into_iter().map(span).collect())
    }

    /// What the newest span of each of `users` says; people without one are missing. One query however many.
    pub(crate) async fn newest(&self, users: &[UserId]) -> Result<HashMap<UserId, Base>> {
        if users.is_empty() {
            return Ok(HashMap::new());
        }
        let places = vec!["?"; users.len()].join(", ");
        let sql = format!(
            "SELECT s.user_id, s.started_at, s.ended_at FROM presence_spans s \
             JOIN (SELECT MAX(id) AS id FROM presence_spans WHERE user_id IN ({places}) GROUP BY user_id) newest \
             ON newest.id = s.id"
        );
        let mut query = sqlx::query_as::<_, (Uuid, OffsetDateTime, Option<OffsetDateTime>)>(AssertSqlSafe(sql));
        for user in users {
            query = query.bind(user.0);
        }
        let base = |(user, started_at, ended_at): (_, _, Option<_>)| {
            (UserId(user), Base { online: ended_at.is_none(), since: Some(ended_at.unwrap_or(started_at)) })
        };
        Ok(query.fetch_all(&self.pool).await?.into_iter().map(base).collect())
    }

    /// People with an open span, by id ascending after `after`.
    pub(crate) async fn with_open_span(&self, after: Option<UserId>, limit: u32) -> Result<Vec<UserId>> {
        let sql = "SELECT user_id FROM presence_spans WHERE open_flag = 1 AND user_id > ? ORDER BY user_id LIMIT ?";
        let after = after.map_or(Uuid::nil(), |user| user.0);
        let users: Vec<Uuid> = sqlx::query_scalar(sql).bind(after).bind(limit).fetch_all(&self.pool).await?;
        Ok(users.into_iter().map(UserId).collect())
    }

    /// Removes spans that ended before `before`; tells how many. (B-49)
    pub(crate) async fn prune(&self, before: OffsetDateTime) -> Result<u64> {
        let sql = "DELETE FROM presence_spans WHERE ended_at < ? LIMIT ?";
        let done = sqlx::query(sql).bind(before).bind(PRUNE_ROWS).execute(&self.pool).await?;
        Ok(done.rows_affected())
    }
}
