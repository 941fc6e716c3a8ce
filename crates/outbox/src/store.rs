//! The SQL. Leases are told by the database's clock: the only one that all replicas share.

use securechat_db::{Connection, Error, Pool, Result};
use securechat_event_bus::Envelope;
use sqlx::AssertSqlSafe;
use sqlx::types::Json;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// One event that waits.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: u64,
    pub(crate) envelope: Json<Envelope>,
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

pub(crate) async fn insert(
    connection: &mut Connection,
    owner: Uuid,
    lease: Duration,
    now: OffsetDateTime,
    envelope: &Envelope,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO outbox (owner, claimed_until, created_at, envelope) \
         VALUES (?, UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND, ?, ?)",
    )
    .bind(owner)
    .bind(micros(lease))
    .bind(now)
    .bind(Json(envelope))
    .execute(connection)
    .await?;
    Ok(())
}

/// The oldest rows of `owner`.
pub(crate) async fn owned(pool: &Pool, owner: Uuid, limit: u32) -> Result<Vec<Row>> {
    Ok(sqlx::query_as("SELECT id, envelope FROM outbox WHERE owner = ? ORDER BY id LIMIT ?")
        .bind(owner)
        .bind(limit)
        .fetch_all(pool)
        .await?)
}

pub(crate) async fn delete(pool: &Pool, ids: &[u64]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let marks = vec!["?"; ids.len()].join(", ");
    // Not kept prepared: nearly every batch has another length.
    let mut query = sqlx::query(AssertSqlSafe(format!("DELETE FROM outbox WHERE id IN ({marks})"))).persistent(false);
    for id in ids {
        query = query.bind(id);
    }
    query.execute(pool).await?;
    Ok(())
}

/// Prolongs the lease of `owner`'s rows that are still there.
pub(crate) async fn renew(pool: &Pool, owner: Uuid, lease: Duration) -> Result<()> {
    sqlx::query("UPDATE outbox SET claimed_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND WHERE owner = ?")
        .bind(micros(lease))
        .bind(owner)
        .execute(pool)
        .await?;
    Ok(())
}

/// Takes over rows whose lease has ended; returns how many.
pub(crate) async fn claim(pool: &Pool, owner: Uuid, lease: Duration, limit: u32) -> Result<u64> {
    let done = sqlx::query(
        "UPDATE outbox SET owner = ?, claimed_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND \
         WHERE claimed_until < UTC_TIMESTAMP(6) ORDER BY id LIMIT ?",
    )
    .bind(owner)
    .bind(micros(lease))
    .bind(limit)
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// Ends the lease of `owner`'s rows, so that another replica takes them at once.
pub(crate) async fn give_up(pool: &Pool, owner: Uuid) -> Result<()> {
    sqlx::query("UPDATE outbox SET claimed_until = UTC_TIMESTAMP(6) WHERE owner = ?").bind(owner).execute(pool).await?;
    Ok(())
}

/// What waits in the outbox, for metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pending {
    /// How many events, of all replicas.
    pub rows: u64,
    /// Age of the oldest in seconds; 0 when there is none.
    pub oldest_seconds: f64,
}

/// Counts what waits.
///
/// # Errors
/// When the database cannot be asked.
pub async fn pending(pool: &Pool) -> Result<Pending> {
    let (rows, micros): (i64, Option<i64>) =
        sqlx::query_as("SELECT COUNT(*), TIMESTAMPDIFF(MICROSECOND, MIN(created_at), UTC_TIMESTAMP(6)) FROM outbox")
            .fetch_one(pool)
            .await?;
    let oldest = Duration::from_micros(micros.and_then(|micros| u64::try_from(micros).ok()).unwrap_or(0));
    Ok(Pending { rows: u64::try_from(rows).unwrap_or(0), oldest_seconds: oldest.as_secs_f64() })
}

/// Writes an event's id into the inbox; false when it stands there already.
pub(crate) async fn remember(
    connection: &mut Connection,
    consumer: &str,
    event: Uuid,
    now: OffsetDateTime,
) -> Result<bool> {
    let written = sqlx::query("INSERT INTO inbox (consumer, event_id, processed_at) VALUES (?, ?, ?)")
        .bind(consumer)
        .bind(event)
        .bind(now)
        .execute(connection)
        .await;
    match written.map_err(Error::from) {
        Ok(_) => Ok(true),
        Err(error) if error.constraint() == Some("PRIMARY") => Ok(false),
        Err(error) => Err(error),
    }
}

/// Forgets at most `limit` ids from before `until`; returns how many.
pub(crate) async fn forget(pool: &Pool, until: OffsetDateTime, limit: u32) -> Result<u64> {
    let done =
        sqlx::query("DELETE FROM inbox WHERE processed_at < ? LIMIT ?").bind(until).bind(limit).execute(pool).await?;
    Ok(done.rows_affected())
}
