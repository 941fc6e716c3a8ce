use super::Store;
use securechat_db::{Pool, Result};
use sqlx::{Connection, MySqlConnection};
use time::OffsetDateTime;

/// Replicas take turns at making keys.
const LOCK: &str = "securechat_auth_signing_keys";
const LOCK_SECONDS: i64 = 10;

/// A signing key as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredKey {
    pub(crate) kid: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) signs_from: OffsetDateTime,
    pub(crate) signs_until: OffsetDateTime,
    pub(crate) published_until: OffsetDateTime,
}

impl Store {
    /// All keys that are still published, the newest last.
    pub(crate) async fn keys(&self, now: OffsetDateTime) -> Result<Vec<StoredKey>> {
        let mut connection = self.pool.acquire().await?;
        keys(&mut connection, now).await
    }

    /// Adds what `missing` says is missing, while no other replica does the same.
    pub(crate) async fn add_keys<E: From<securechat_db::Error>>(
        &self,
        now: OffsetDateTime,
        missing: impl Fn(&[StoredKey]) -> std::result::Result<Vec<StoredKey>, E>,
    ) -> std::result::Result<Vec<StoredKey>, E> {
        let mut connection = lock(&self.pool).await?;
        let mut all = keys(&mut connection, now).await?;
        for key in missing(&all)? {
            insert(&mut connection, &key, now).await?;
            all.push(key);
        }
        // Closing the connection releases the lock.
        connection.close().await.map_err(securechat_db::Error::from)?;
        Ok(all)
    }
}

/// The lock belongs to the connection, so that a crash releases it.
async fn lock(pool: &Pool) -> Result<MySqlConnection> {
    let mut connection = pool.acquire().await?.detach();
    let got: Option<i64> = sqlx::query_scalar("SELECT CAST(GET_LOCK(?, ?) AS SIGNED)")
        .bind(LOCK)
        .bind(LOCK_SECONDS)
        .fetch_one(&mut connection)
        .await?;
    if got == Some(1) { Ok(connection) } else { Err(securechat_db::Error::Unavailable(sqlx::Error::PoolTimedOut)) }
}

async fn keys(connection: &mut MySqlConnection, now: OffsetDateTime) -> Result<Vec<StoredKey>> {
    let rows = sqlx::query_as(
        "SELECT kid, sealed, signs_from, signs_until, published_until FROM signing_keys
         WHERE published_until > ? ORDER BY signs_from, kid",
    );
    Ok(rows.bind(now).fetch_all(connection).await?)
}

async fn insert(connection: &mut MySqlConnection, key: &StoredKey, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "INSERT INTO signing_keys (kid, sealed, signs_from, signs_until, published_until, created_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(&key.kid)
    .bind(&key.sealed)
    .bind(key.signs_from)
    .bind(key.signs_until)
    .bind(key.published_until)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
