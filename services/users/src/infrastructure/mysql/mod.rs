//! All SQL of the service.

mod friendships;
mod people;
mod read_friendships;
mod read_people;
mod read_requests;
mod requests;
mod unit_of_work;

pub(crate) use unit_of_work::MySqlUnitOfWork;

use securechat_db::{Pool, Result};

/// Reads the schema `users` past the aggregates.
#[derive(Clone)]
pub(crate) struct ReadModel {
    pub(crate) pool: Pool,
}

impl ReadModel {
    /// Whether the server answers.
    pub(crate) async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}
