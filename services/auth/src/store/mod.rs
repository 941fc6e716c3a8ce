//! All SQL of the service.

mod codes;
mod keys;
mod refresh_tokens;
mod sign_ins;

pub(crate) use codes::NewCode;
pub(crate) use keys::StoredKey;
pub(crate) use refresh_tokens::NewRefreshToken;
pub(crate) use sign_ins::SignIn;

use securechat_db::{Pool, Result};
use securechat_kernel::ClockRef;
use std::time::Duration;
use time::OffsetDateTime;

/// What has ended is removed so often.
const CLEAN_EVERY: Duration = Duration::from_mins(10);
/// At most so many rows at once, so that no lock is held for long.
const CLEAN_ROWS: u32 = 1_000;

/// The schema `auth`.
#[derive(Clone)]
pub(crate) struct Store {
    pool: Pool,
}

impl Store {
    pub(crate) fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Whether the server answers.
    pub(crate) async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Removes what has ended; ends never.
    pub(crate) async fn keep_clean(self, clock: ClockRef) {
        loop {
            tokio::time::sleep(CLEAN_EVERY).await;
            if let Err(error) = self.clean(clock.now()).await {
                tracing::warn!(%error, "clean-up failed");
            }
        }
    }

    /// Codes and refresh tokens go with their sign-in, too.
    pub(crate) async fn clean(&self, now: OffsetDateTime) -> Result<()> {
        for statement in [
            "DELETE FROM authorization_codes WHERE expires_at < ? LIMIT ?",
            "DELETE FROM refresh_tokens WHERE expires_at < ? LIMIT ?",
            "DELETE FROM sign_ins WHERE expires_at < ? LIMIT ?",
        ] {
            sqlx::query(statement).bind(now).bind(CLEAN_ROWS).execute(&self.pool).await?;
        }
        Ok(())
    }
}
