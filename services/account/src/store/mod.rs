//! All SQL of the service.

mod accounts;
mod mail;

pub(crate) use accounts::NewAccount;
pub(crate) use mail::{MailToken, QueuedMail, queue_confirmation, use_confirmation};

use securechat_db::{Pool, Result};

/// The schema `account`.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) pool: Pool,
}

impl Store {
    /// Whether the server answers.
    pub(crate) async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}
