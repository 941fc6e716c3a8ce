use super::{SignIn, Store};
use crate::opaque::OpaqueHash;
use securechat_db::{Connection, Error, Result, transaction, work};
use securechat_kernel::SignInId;
use time::OffsetDateTime;
use uuid::Uuid;

/// A refresh token to be stored.
#[derive(Debug)]
pub(crate) struct NewRefreshToken {
    pub(crate) hash: OpaqueHash,
    pub(crate) family: Uuid,
    pub(crate) sign_in: SignInId,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
}

/// A refresh token that was handed in.
#[derive(Debug)]
pub(crate) struct StoredRefreshToken {
    pub(crate) family: Uuid,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) sign_in: SignIn,
}

#[derive(sqlx::FromRow)]
struct Row {
    family_id: Uuid,
    client_id: String,
    scope: String,
    used_at: Option<OffsetDateTime>,
    sid: Uuid,
    user_id: Uuid,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

impl NewRefreshToken {
    pub(super) async fn insert(&self, connection: &mut Connection) -> Result<()> {
        sqlx::query(
            "INSERT INTO refresh_tokens (token_hash, family_id, sign_in_id, client_id, scope, created_at, expires_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&self.hash[..])
        .bind(self.family)
        .bind(self.sign_in.0)
        .bind(&self.client_id)
        .bind(&self.scope)
        .bind(self.created_at)
        .bind(self.expires_at)
        .execute(connection)
        .await?;
        Ok(())
    }
}

impl Store {
    /// The refresh token, when it is good; reading does not use it up. A used one revokes its family: whoever holds it
    /// stole it, or was stolen from (RFC 9700 section 4.14.2).
    pub(crate) async fn refresh_token(
        &self,
        hash: OpaqueHash,
        now: OffsetDateTime,
    ) -> Result<Option<StoredRefreshToken>> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT t.family_id, t.client_id, t.scope, t.used_at, s.id AS sid, s.user_id, s.created_at, s.expires_at
             FROM refresh_tokens t JOIN sign_ins s ON s.id = t.sign_in_id
             WHERE t.token_hash = ? AND t.expires_at > ? AND s.ended_at IS NULL AND s.expires_at > ?",
        )
        .bind(&hash[..])
        .bind(now)
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        if row.used_at.is_some() {
            self.revoke_family(row.family_id).await?;
            return Ok(None);
        }
        Ok(Some(StoredRefreshToken {
            family: row.family_id,
            client_id: row.client_id,
            scope: row.scope,
            sign_in: SignIn {
                id: row.sid.into(),
                user_id: row.user_id.into(),
                created_at: row.created_at,
                expires_at: row.expires_at,
            },
        }))
    }

    /// Exchanges a refresh token for its successor, at once or not at all. False when somebody was faster: then the
    /// family is revoked.
    pub(crate) async fn rotate(&self, used: OpaqueHash, next: &NewRefreshToken, now: OffsetDateTime) -> Result<bool> {
        let rotated = transaction(&self.pool, |tx| {
            work(async move {
                let used =
                    sqlx::query("UPDATE refresh_tokens SET used_at = ? WHERE token_hash = ? AND used_at IS NULL")
                        .bind(now)
                        .bind(&used[..])
                        .execute(&mut *tx)
                        .await?;
                if used.rows_affected() == 1 {
                    next.insert(tx).await?;
                }
                Ok::<_, Error>(used.rows_affected() == 1)
            })
        })
        .await?;
        if !rotated {
            self.revoke_family(next.family).await?;
        }
        Ok(rotated)
    }

    pub(crate) async fn revoke_family(&self, family: Uuid) -> Result<()> {
        sqlx::query("DELETE FROM refresh_tokens WHERE family_id = ?").bind(family).execute(&self.pool).await?;
        tracing::warn!(%family, "a code or refresh token was used twice: its family is revoked");
        Ok(())
    }
}
