use super::{SignIn, Store};
use crate::opaque::OpaqueHash;
use securechat_db::{Error, Result, transaction, work};
use securechat_kernel::SignInId;
use time::OffsetDateTime;
use uuid::Uuid;

/// A code to be stored.
#[derive(Debug)]
pub(crate) struct NewCode {
    pub(crate) hash: OpaqueHash,
    pub(crate) sign_in: SignInId,
    pub(crate) family: Uuid,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) expires_at: OffsetDateTime,
}

/// A code that was handed in, with the sign-in it came from.
#[derive(Debug)]
pub(crate) struct RedeemedCode {
    pub(crate) sign_in: SignIn,
    pub(crate) family: Uuid,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) challenge: String,
    pub(crate) nonce: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    family_id: Uuid,
    client_id: String,
    redirect_uri: String,
    scope: String,
    challenge: String,
    nonce: Option<String>,
    used_at: Option<OffsetDateTime>,
    sid: Uuid,
    user_id: Uuid,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

impl Store {
    pub(crate) async fn add_code(&self, code: &NewCode) -> Result<()> {
        sqlx::query(
            "INSERT INTO authorization_codes
               (code_hash, sign_in_id, family_id, client_id, redirect_uri, scope, challenge, nonce, expires_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&code.hash[..])
        .bind(code.sign_in.0)
        .bind(code.family)
        .bind(&code.client_id)
        .bind(&code.redirect_uri)
        .bind(&code.scope)
        .bind(&code.challenge)
        .bind(&code.nonce)
        .bind(code.expires_at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The code, when it is good; reading does not use it up.
    pub(crate) async fn code(&self, hash: OpaqueHash, now: OffsetDateTime) -> Result<Option<RedeemedCode>> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT c.family_id, c.client_id, c.redirect_uri, c.scope, c.challenge, c.nonce, c.used_at,
                    s.id AS sid, s.user_id, s.created_at, s.expires_at
             FROM authorization_codes c JOIN sign_ins s ON s.id = c.sign_in_id
             WHERE c.code_hash = ? AND c.expires_at > ? AND s.ended_at IS NULL AND s.expires_at > ?",
        )
        .bind(&hash[..])
        .bind(now)
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        if row.used_at.is_some() {
            // Two have the code: nothing that came from it is trusted (RFC 6749 section 4.1.2).
            self.revoke_family(row.family_id).await?;
            return Ok(None);
        }
        Ok(Some(RedeemedCode {
            sign_in: SignIn {
                id: row.sid.into(),
                user_id: row.user_id.into(),
                created_at: row.created_at,
                expires_at: row.expires_at,
            },
            family: row.family_id,
            client_id: row.client_id,
            redirect_uri: row.redirect_uri,
            scope: row.scope,
            challenge: row.challenge,
            nonce: row.nonce,
        }))
    }

    /// Uses the code up and stores the refresh token that comes of it. False when somebody was faster: then the family
    /// is revoked and nothing is stored.
    pub(crate) async fn use_code(
        &self,
        hash: OpaqueHash,
        family: Uuid,
        refresh: Option<&super::NewRefreshToken>,
        now: OffsetDateTime,
    ) -> Result<bool> {
        let used = transaction(&self.pool, |tx| {
            work(async move {
                let used =
                    sqlx::query("UPDATE authorization_codes SET used_at = ? WHERE code_hash = ? AND used_at IS NULL")
                        .bind(now)
                        .bind(&hash[..])
                        .execute(&mut *tx)
                        .await?;
                if used.rows_affected() == 1
                    && let Some(token) = refresh
                {
                    token.insert(tx).await?;
                }
                Ok::<_, Error>(used.rows_affected() == 1)
            })
        })
        .await?;
        if !used {
            self.revoke_family(family).await?;
        }
        Ok(used)
    }
}
