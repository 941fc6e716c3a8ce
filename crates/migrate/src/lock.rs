//! One runner a schema.

use crate::MigrateError;
use securechat_db::Connection;
use std::time::Duration;

/// Takes the server-wide named lock; it goes with the connection. `GET_LOCK` knows no schemas, so the name holds ours;
/// MySQL allows 64 characters.
pub(crate) async fn take(connection: &mut Connection, wait: Duration) -> Result<String, MigrateError> {
    let schema: String = sqlx::query_scalar("SELECT DATABASE()").fetch_one(&mut *connection).await?;
    let seconds = wait.as_secs();
    let got: Option<i64> = sqlx::query_scalar("SELECT GET_LOCK(?, ?)")
        .bind(name(&schema))
        .bind(seconds)
        .fetch_one(&mut *connection)
        .await?;
    if got == Some(1) { Ok(schema) } else { Err(MigrateError::Locked { schema, seconds }) }
}

/// Gives the lock back.
pub(crate) async fn release(connection: &mut Connection, schema: &str) -> Result<(), MigrateError> {
    let _: Option<i64> =
        sqlx::query_scalar("SELECT RELEASE_LOCK(?)").bind(name(schema)).fetch_one(&mut *connection).await?;
    Ok(())
}

fn name(schema: &str) -> String {
    let mut name = format!("securechat-migrate:{schema}");
    name.truncate(64);
    name
}
