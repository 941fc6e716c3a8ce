use super::Store;
use crate::opaque::OpaqueHash;
use securechat_db::{Error, Result, transaction, work};
use securechat_kernel::{SignInId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

/// Somebody signed in at one browser.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) id: SignInId,
    pub(crate) user_id: UserId,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
}

type Row = (Uuid, Uuid, OffsetDateTime, OffsetDateTime);

fn sign_in((id, user_id, created_at, expires_at): Row) -> SignIn {
    SignIn { id: id.into(), user_id: user_id.into(), created_at, expires_at }
}

impl Store {
    pub(crate) async fn add_sign_in(&self, sign_in: &SignIn, cookie: OpaqueHash) -> Result<()> {
        sqlx::query("INSERT INTO sign_ins (id, user_id, cookie_hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)")
            .bind(sign_in.id.0)
            .bind(sign_in.user_id.0)
            .bind(&cookie[..])
            .bind(sign_in.created_at)
            .bind(sign_in.expires_at)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The sign-in that a cookie stands for, while it lasts.
    pub(crate) async fn sign_in_by_cookie(&self, cookie: OpaqueHash, now: OffsetDateTime) -> Result<Option<SignIn>> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, user_id, created_at, expires_at FROM sign_ins
             WHERE cookie_hash = ? AND ended_at IS NULL AND expires_at > ?",
        )
        .bind(&cookie[..])
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(sign_in))
    }

    /// Ends a sign-in: no code and no refresh token of it works any more.
    pub(crate) async fn end_sign_in(&self, id: SignInId, now: OffsetDateTime) -> Result<()> {
        transaction(&self.pool, |tx| {
            work(async move {
                sqlx::query("UPDATE sign_ins SET ended_at = ? WHERE id = ? AND ended_at IS NULL")
                    .bind(now)
                    .bind(id.0)
                    .execute(&mut *tx)
                    .await?;
                sqlx::query("DELETE FROM authorization_codes WHERE sign_in_id = ?")
                    .bind(id.0)
                    .execute(&mut *tx)
                    .await?;
                sqlx::query("DELETE FROM refresh_tokens WHERE sign_in_id = ?").bind(id.0).execute(&mut *tx).await?;
                Ok::<_, Error>(())
            })
        })
        .await
    }
}
