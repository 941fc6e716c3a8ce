//! The table `flyway_schema_history`.

use crate::source::{Kind, Migration, Version};
use crate::{MigrateError, Migrations};
use securechat_db::Connection;
use sqlx::AssertSqlSafe;
use std::time::Duration;

/// One row of the history.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) installed_rank: i32,
    pub(crate) version: Option<String>,
    pub(crate) description: String,
    #[sqlx(rename = "type")]
    pub(crate) kind: String,
    pub(crate) script: String,
    pub(crate) checksum: Option<i32>,
    pub(crate) success: bool,
}

impl Row {
    /// Its version as a number.
    pub(crate) fn number(&self) -> Result<Option<Version>, MigrateError> {
        let Some(text) = &self.version else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|_| MigrateError::ForeignVersion { script: self.script.clone(), version: text.clone() })
    }
}

/// Flyway's own definition of the table.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS flyway_schema_history (
    installed_rank INT NOT NULL,
    version VARCHAR(50),
    description VARCHAR(200) NOT NULL,
    type VARCHAR(20) NOT NULL,
    script VARCHAR(1000) NOT NULL,
    checksum INT,
    installed_by VARCHAR(100) NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    execution_time INT NOT NULL,
    success BOOL NOT NULL,
    CONSTRAINT flyway_schema_history_pk PRIMARY KEY (installed_rank),
    INDEX flyway_schema_history_s_idx (success)
)";

pub(crate) async fn create(connection: &mut Connection) -> Result<(), MigrateError> {
    sqlx::raw_sql(TABLE).execute(connection).await?;
    Ok(())
}

/// All rows by rank; none when there is no table yet.
pub(crate) async fn rows(connection: &mut Connection) -> Result<Vec<Row>, MigrateError> {
    let tables: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM information_schema.tables \
         WHERE table_schema = DATABASE() AND table_name = 'flyway_schema_history'",
    )
    .fetch_one(&mut *connection)
    .await?;
    if tables == 0 {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(
        "SELECT installed_rank, version, description, type, script, checksum, success \
         FROM flyway_schema_history ORDER BY installed_rank",
    )
    .fetch_all(connection)
    .await?)
}

/// What a new row says.
pub(crate) struct NewRow<'r> {
    pub(crate) version: Option<String>,
    pub(crate) description: &'r str,
    pub(crate) kind: &'r str,
    pub(crate) script: &'r str,
    pub(crate) checksum: Option<i32>,
    pub(crate) took: Duration,
    pub(crate) success: bool,
}

impl<'r> NewRow<'r> {
    pub(crate) fn of(file: &'r Migration, took: Duration, success: bool) -> Self {
        let version = match file.kind {
            Kind::Versioned(version) => Some(version.to_string()),
            Kind::Repeatable => None,
        };
        let (description, script) = (file.description.as_str(), file.script.as_str());
        Self { version, description, kind: "SQL", script, checksum: Some(file.checksum), took, success }
    }
}

pub(crate) async fn add(connection: &mut Connection, row: NewRow<'_>) -> Result<(), MigrateError> {
    let rank: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(installed_rank), 0) + 1 FROM flyway_schema_history")
        .fetch_one(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO flyway_schema_history \
         (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) \
         VALUES (?, ?, ?, ?, ?, ?, SUBSTRING_INDEX(USER(), '@', 1), ?, ?)",
    )
    .bind(rank)
    .bind(row.version)
    .bind(row.description)
    .bind(row.kind)
    .bind(row.script)
    .bind(row.checksum)
    .bind(i32::try_from(row.took.as_millis()).unwrap_or(i32::MAX))
    .bind(row.success)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets failed runs.
pub(crate) async fn remove_failed(connection: &mut Connection) -> Result<(), MigrateError> {
    sqlx::query("DELETE FROM flyway_schema_history WHERE success = FALSE").execute(connection).await?;
    Ok(())
}

/// Forgets failed runs of one file, which is about to run again.
pub(crate) async fn remove_failed_of(connection: &mut Connection, file: &Migration) -> Result<(), MigrateError> {
    let delete = "DELETE FROM flyway_schema_history WHERE success = FALSE AND";
    let query = match file.kind {
        Kind::Versioned(version) => {
            sqlx::query(AssertSqlSafe(format!("{delete} version = ?"))).bind(version.to_string())
        }
        Kind::Repeatable => {
            sqlx::query(AssertSqlSafe(format!("{delete} version IS NULL AND script = ?"))).bind(file.script.clone())
        }
    };
    query.execute(connection).await?;
    Ok(())
}

/// Makes the rows say what the files say now.
pub(crate) async fn realign(connection: &mut Connection, rows: &[Row], files: &Migrations) -> Result<(), MigrateError> {
    for row in rows {
        let Some(version) = row.number()? else { continue };
        let Some((_, file)) = files.versioned().find(|(v, _)| *v == version) else { continue };
        if row.kind == "SQL" && (row.checksum != Some(file.checksum) || row.description != file.description) {
            sqlx::query(
                "UPDATE flyway_schema_history SET checksum = ?, description = ?, script = ? WHERE installed_rank = ?",
            )
            .bind(file.checksum)
            .bind(&file.description)
            .bind(&file.script)
            .bind(row.installed_rank)
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}
