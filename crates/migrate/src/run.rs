//! The commands.

use crate::history::{self, NewRow};
use crate::plan::{Comparison, Info, State, compare};
use crate::source::{Kind, Migration, Migrations, Version};
use crate::statement::{Statement, statements};
use crate::{MigrateError, lock};
use securechat_db::{Connection, Pool};
use sqlx::mysql::MySqlDatabaseError;
use sqlx::{AssertSqlSafe, Connection as _};
use std::time::{Duration, Instant};

/// Applies one service's migrations to its schema.
#[derive(Debug, Clone)]
pub struct Migrator<'m> {
    files: &'m Migrations,
    pool: Pool,
    lock_wait: Duration,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Files applied now, in order.
    pub applied: Vec<String>,
    /// The schema's version afterwards; 0 for none.
    pub version: Version,
}

impl<'m> Migrator<'m> {
    /// A migrator for the schema of `pool`, whose user may change tables.
    pub fn new(files: &'m Migrations, pool: Pool) -> Self {
        Self { files, pool, lock_wait: Duration::from_mins(5) }
    }

    /// The same, waiting for another runner at most so long (whole seconds; five minutes otherwise).
    #[must_use]
    pub fn lock_wait(mut self, wait: Duration) -> Self {
        self.lock_wait = wait;
        self
    }

    /// Applies what is pending, up to and including `target` when given; repeatable files only without a target or when
    /// nothing pending lies beyond it.
    ///
    /// # Errors
    /// [`MigrateError`]; nothing is applied when a file is changed, missing or out of order. A file that failed before
    /// is tried again when its failure left nothing behind.
    pub async fn migrate(&self, target: Option<Version>) -> Result<Report, MigrateError> {
        if let Some(target) = target.filter(|t| self.files.versioned().all(|(version, _)| version != *t)) {
            return Err(MigrateError::Target(target));
        }
        self.locked(async |connection| {
            history::create(connection).await?;
            let mut applied = Vec::new();
            for file in self.pending(connection, target).await? {
                tracing::info!(script = file.script, class = %file.class, "applying");
                apply(connection, file).await?;
                applied.push(file.script.clone());
            }
            Ok(Report { applied, version: newest(&history::rows(connection).await?)? })
        })
        .await
    }

    /// What [`Migrator::migrate`] would apply. Changes nothing.
    ///
    /// # Errors
    /// As [`Migrator::migrate`].
    pub async fn plan(&self, target: Option<Version>) -> Result<Vec<&'m Migration>, MigrateError> {
        let mut connection = self.pool.acquire().await?;
        self.pending(&mut connection, target).await
    }

    /// Where every file stands.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn info(&self) -> Result<Vec<Info>, MigrateError> {
        Ok(self.comparison(&mut *self.pool.acquire().await?).await?.infos)
    }

    /// The schema's version: 0 for an empty one.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn version(&self) -> Result<Version, MigrateError> {
        newest(&history::rows(&mut *self.pool.acquire().await?).await?)
    }

    /// Whether the history agrees with the files and nothing is pending up to what this build needs.
    ///
    /// # Errors
    /// All that is wrong, one error each; pending files are no error here, ask [`Migrator::plan`].
    pub async fn validate(&self) -> Result<(), Vec<MigrateError>> {
        let mut connection = self.pool.acquire().await.map_err(|error| vec![error.into()])?;
        let errors = self.comparison(&mut connection).await.map_err(|error| vec![error])?.errors;
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Forgets failed runs, takes the files' present content as what was applied, and accepts missing files.
    ///
    /// # Errors
    /// When the history cannot be read or written.
    pub async fn repair(&self) -> Result<(), MigrateError> {
        self.locked(async |connection| {
            history::create(connection).await?;
            history::remove_failed(connection).await?;
            let rows = history::rows(connection).await?;
            history::realign(connection, &rows, self.files).await?;
            for info in compare(self.files, &rows)?.infos {
                if info.state != State::Missing {
                    continue;
                }
                let Some(row) = rows.iter().rfind(|row| row.script == info.script) else { continue };
                let deleted = NewRow {
                    version: row.version.clone(),
                    description: &row.description,
                    kind: "DELETE",
                    script: &row.script,
                    checksum: row.checksum,
                    took: Duration::ZERO,
                    success: true,
                };
                history::add(connection, deleted).await?;
            }
            Ok(())
        })
        .await
    }

    /// Takes a schema that was made by other means as being at `version`.
    ///
    /// # Errors
    /// [`MigrateError::NotEmpty`] when there is a history already.
    pub async fn baseline(&self, version: Version) -> Result<(), MigrateError> {
        const MARK: &str = "<< Flyway Baseline >>";
        self.locked(async |connection| {
            history::create(connection).await?;
            if !history::rows(connection).await?.is_empty() {
                return Err(MigrateError::NotEmpty);
            }
            let row = NewRow {
                version: Some(version.to_string()),
                description: MARK,
                kind: "BASELINE",
                script: MARK,
                checksum: None,
                took: Duration::ZERO,
                success: true,
            };
            history::add(connection, row).await
        })
        .await
    }

    async fn comparison(&self, connection: &mut Connection) -> Result<Comparison<'m>, MigrateError> {
        compare(self.files, &history::rows(connection).await?)
    }

    async fn pending(
        &self,
        connection: &mut Connection,
        target: Option<Version>,
    ) -> Result<Vec<&'m Migration>, MigrateError> {
        let comparison = self.comparison(connection).await?;
        if let Some(error) = comparison.errors.into_iter().next() {
            return Err(error);
        }
        let beyond = |file: &&Migration| matches!((file.kind, target), (Kind::Versioned(v), Some(t)) if v > t);
        let held_back = comparison.pending.iter().any(beyond);
        let wanted = |file: &&Migration| !(beyond(file) || held_back && file.kind == Kind::Repeatable);
        Ok(comparison.pending.into_iter().filter(wanted).collect())
    }

    /// Runs `work` on one connection that holds the lock.
    async fn locked<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, MigrateError>,
    ) -> Result<T, MigrateError> {
        let mut connection = self.pool.acquire().await?;
        let schema = lock::take(&mut connection, self.lock_wait).await?;
        let result = work(&mut connection).await;
        let released = lock::release(&mut connection, &schema).await;
        let value = result?;
        released.map(|()| value)
    }
}

/// Runs a file's statements and writes its row, also when one fails.
async fn apply(connection: &mut Connection, file: &Migration) -> Result<(), MigrateError> {
    history::remove_failed_of(connection, file).await?;
    let start = Instant::now();
    let failure = match attempt(connection, file, start).await {
        Err(failure @ MigrateError::Statement { .. }) => failure,
        other => return other,
    };
    history::add(connection, NewRow::of(file, start.elapsed(), false)).await?;
    Err(failure)
}

/// Rows change in one transaction together with the row of the history: all of it, or nothing. A statement that changes
/// tables commits by itself, and is alone in its file.
async fn attempt(connection: &mut Connection, file: &Migration, start: Instant) -> Result<(), MigrateError> {
    let statements = statements(&file.sql);
    if statements.iter().any(Statement::is_ddl) {
        execute(connection, file, &statements).await?;
        return history::add(connection, NewRow::of(file, start.elapsed(), true)).await;
    }
    let mut transaction = connection.begin().await?;
    execute(&mut transaction, file, &statements).await?;
    history::add(&mut transaction, NewRow::of(file, start.elapsed(), true)).await?;
    Ok(transaction.commit().await?)
}

async fn execute(
    connection: &mut Connection,
    file: &Migration,
    statements: &[Statement<'_>],
) -> Result<(), MigrateError> {
    for statement in statements {
        let done = sqlx::raw_sql(AssertSqlSafe(statement.text.to_owned())).execute(&mut *connection).await;
        let Err(error) = done else { continue };
        // A server that went away says nothing about the statement.
        if securechat_db::unavailable(&error) {
            return Err(error.into());
        }
        let (offset, reason) = describe(&error);
        return Err(MigrateError::Statement {
            script: file.script.clone(),
            line: statement.line + offset,
            reason,
            statement: statement.summary(),
        });
    }
    Ok(())
}

/// The server's words, and how many lines below the statement's first the fault lies when it tells.
fn describe(error: &sqlx::Error) -> (usize, String) {
    let Some(database) = error.as_database_error().and_then(|e| e.try_downcast_ref::<MySqlDatabaseError>()) else {
        return (0, error.to_string());
    };
    let message = database.message();
    let line = message.rsplit_once(" at line ").and_then(|(_, line)| line.trim().parse::<usize>().ok());
    (line.map_or(0, |line| line.saturating_sub(1)), format!("{message} (error {})", database.number()))
}

fn newest(rows: &[history::Row]) -> Result<Version, MigrateError> {
    let mut newest = 0;
    for row in rows.iter().filter(|row| row.success) {
        newest = newest.max(row.number()?.unwrap_or(0));
    }
    Ok(newest)
}
