use super::{Store, accounts};
use securechat_db::{Connection, Error, transaction, work};
use securechat_kernel::UserId;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

type Result<T, E = Error> = std::result::Result<T, E>;

/// A mail that waits to be sent.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct QueuedMail {
    pub(crate) id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) return_to: String,
    pub(crate) attempts: u16,
}

/// A token that goes out in a mail; only the hash of its secret half is stored.
#[derive(Debug)]
pub(crate) struct MailToken {
    pub(crate) selector: [u8; 16],
    pub(crate) verifier_hash: [u8; 32],
    pub(crate) account: UserId,
    pub(crate) email: String,
    pub(crate) expires_at: OffsetDateTime,
}

const CONFIRM: &str = "confirm-email";
/// While one replica sends a mail, no other takes it.
const LEASE: Duration = Duration::minutes(2);

/// Queues a confirmation mail.
pub(crate) async fn queue_confirmation(
    connection: &mut Connection,
    id: Uuid,
    account: UserId,
    return_to: &str,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO mail_queue (id, account_id, purpose, return_to, due_at, attempts, created_at)
         VALUES (?, ?, ?, ?, ?, 0, ?)",
    )
    .bind(id)
    .bind(account.0)
    .bind(CONFIRM)
    .bind(return_to)
    .bind(now)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Uses up the token and confirms the address that it was sent to. The account and its new epoch; no epoch when the
/// address was confirmed already; nothing when the token is of no use.
pub(crate) async fn use_confirmation(
    connection: &mut Connection,
    selector: &[u8],
    verifier_hash: &[u8],
    now: OffsetDateTime,
) -> Result<Option<(UserId, String, Option<u64>)>> {
    let used = sqlx::query(
        "UPDATE mail_tokens SET used_at = ?
         WHERE selector = ? AND verifier_hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?",
    )
    .bind(now)
    .bind(selector)
    .bind(verifier_hash)
    .bind(CONFIRM)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    if used.rows_affected() == 0 {
        return Ok(None);
    }
    let (account, email): (Uuid, String) =
        sqlx::query_as("SELECT account_id, email FROM mail_tokens WHERE selector = ?")
            .bind(selector)
            .fetch_one(&mut *connection)
            .await?;
    let epoch = accounts::confirm(connection, account.into(), &email, now).await?;
    Ok(Some((account.into(), email, epoch)))
}

impl Store {
    /// Takes one mail that is due, for a while.
    pub(crate) async fn take_mail(&self, now: OffsetDateTime) -> Result<Option<QueuedMail>> {
        transaction(&self.pool, |tx| {
            work(async move {
                let mail: Option<QueuedMail> = sqlx::query_as(
                    "SELECT id, account_id, return_to, attempts FROM mail_queue
                     WHERE due_at <= ? ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED",
                )
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
                if let Some(mail) = &mail {
                    sqlx::query("UPDATE mail_queue SET due_at = ?, attempts = attempts + 1 WHERE id = ?")
                        .bind(now + LEASE)
                        .bind(mail.id)
                        .execute(&mut *tx)
                        .await?;
                }
                Ok::<_, Error>(mail)
            })
        })
        .await
    }

    /// The mail was sent, or is given up.
    pub(crate) async fn drop_mail(&self, id: Uuid) -> Result<()> {
        sqlx::query("DELETE FROM mail_queue WHERE id = ?").bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// The mail is tried again at `due_at`.
    pub(crate) async fn postpone_mail(&self, id: Uuid, due_at: OffsetDateTime) -> Result<()> {
        sqlx::query("UPDATE mail_queue SET due_at = ? WHERE id = ?").bind(due_at).bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// Stores a token, in place of all earlier ones of this account.
    pub(crate) async fn replace_token(&self, token: &MailToken) -> Result<()> {
        transaction(&self.pool, |tx| {
            work(async move {
                sqlx::query("DELETE FROM mail_tokens WHERE account_id = ? AND purpose = ?")
                    .bind(token.account.0)
                    .bind(CONFIRM)
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(
                    "INSERT INTO mail_tokens (selector, account_id, purpose, email, verifier_hash, expires_at)
                     VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(&token.selector[..])
                .bind(token.account.0)
                .bind(CONFIRM)
                .bind(&token.email)
                .bind(&token.verifier_hash[..])
                .bind(token.expires_at)
                .execute(&mut *tx)
                .await?;
                Ok::<_, Error>(())
            })
        })
        .await
    }
}
