//! All SQL of the service: each process takes a number that no process had before.

use securechat_db::{Pool, Result};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Older processes are forgotten; their numbers are not given again.
const KEEP: Duration = Duration::days(30);

/// The schema `messaging`.
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
        sqlx::query("SELECT 1 FROM hub_replicas LIMIT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Takes a new incarnation for the process `id`.
    pub(crate) async fn incarnate(&self, id: Uuid, now: OffsetDateTime) -> Result<u64> {
        let sql = "INSERT INTO hub_replicas (id, started_at) VALUES (?, ?)";
        let done = sqlx::query(sql).bind(id).bind(now).execute(&self.pool).await?;
        let sql = "DELETE FROM hub_replicas WHERE started_at < ?";
        sqlx::query(sql).bind(now - KEEP).execute(&self.pool).await?;
        Ok(done.last_insert_id())
    }
}
