//! Schemas and users on a database server: what must exist before any migration. Idempotent.

use crate::{Error, Pool};
use securechat_config::{ConfigError, Provision};
use sqlx::AssertSqlSafe;
use std::time::{Duration, Instant};

/// A database user.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name.
    pub user: String,
    /// Its password.
    pub password: String,
}

/// A schema and its two users.
#[derive(Debug, Clone)]
pub struct SchemaAccounts {
    /// The schema.
    pub schema: String,
    /// May change tables.
    pub ddl: Account,
    /// May change rows.
    pub dml: Account,
}

/// Why provisioning failed.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// A name would not be safe in SQL.
    #[error("'{0}' cannot be the name of a schema or user: use 1 to 32 of a-z, 0-9 and _")]
    Name(String),
    /// A password file cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server was not reached in time.
    #[error("the database server {host}:{port} was not reached within {seconds} s")]
    Unreachable {
        /// Host.
        host: String,
        /// Port.
        port: u16,
        /// How long was tried.
        seconds: u64,
        /// The last attempt's error.
        source: Error,
    },
    /// The server refused a statement.
    #[error("provisioning {what}")]
    Refused {
        /// Which schema or user it was for.
        what: String,
        /// Why.
        source: Error,
    },
}

/// Creates every schema with its users, waiting for the server to come up. What exists stays; passwords are set again,
/// so that a replaced one takes effect. Former users are dropped last, when those that follow them are in place.
///
/// # Errors
/// See [`ProvisionError`].
pub async fn provision(config: &Provision) -> Result<(), ProvisionError> {
    let password = config.admin_password_file.as_ref().map(securechat_config::Secret::read).transpose()?;
    let options = crate::connect_options(
        &config.host,
        config.port,
        &config.admin_user,
        password.as_deref().unwrap_or_default(),
        &config.tls,
    );
    let admin = crate::pool::pool_options()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options);
    wait_for(&admin, config).await?;
    for schema in &config.schemas {
        let accounts = SchemaAccounts {
            schema: schema.name.clone(),
            ddl: Account { user: schema.ddl_user.clone(), password: schema.ddl_password_file.read()? },
            dml: Account { user: schema.dml_user.clone(), password: schema.dml_password_file.read()? },
        };
        provision_schema(&admin, &accounts).await?;
        tracing::info!(schema = schema.name, user = schema.dml_user, "schema and users are in place");
    }
    for user in &config.former_users {
        let drop = format!("DROP USER IF EXISTS '{}'@'%'", checked(user)?);
        run(&admin, user, drop).await?;
        tracing::info!(user, "a former user is gone");
    }
    admin.close().await;
    Ok(())
}

async fn wait_for(admin: &Pool, config: &Provision) -> Result<(), ProvisionError> {
    let start = Instant::now();
    let limit = Duration::from_secs(config.wait_seconds);
    loop {
        match admin.acquire().await.map_err(Error::from) {
            Ok(_) => return Ok(()),
            Err(source) if start.elapsed() >= limit || !source.is_unavailable() => {
                let (host, port, seconds) = (config.host.clone(), config.port, config.wait_seconds);
                return Err(ProvisionError::Unreachable { host, port, seconds, source });
            }
            Err(error) => {
                tracing::debug!(%error, "the database server is not there yet");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// What a migration needs.
const DDL_RIGHTS: &str = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES";
/// What a service needs.
const DML_RIGHTS: &str = "SELECT, INSERT, UPDATE, DELETE";

/// Creates one schema and its two users, each of which sees nothing but this schema. (W-57)
///
/// # Errors
/// [`ProvisionError::Name`] and [`ProvisionError::Refused`].
pub async fn provision_schema(admin: &Pool, accounts: &SchemaAccounts) -> Result<(), ProvisionError> {
    let schema = checked(&accounts.schema)?;
    let mut statements = vec![format!("CREATE DATABASE IF NOT EXISTS `{schema}` CHARACTER SET utf8mb4")];
    for (account, rights) in [(&accounts.ddl, DDL_RIGHTS), (&accounts.dml, DML_RIGHTS)] {
        let user = checked(&account.user)?;
        let password = quoted(&account.password);
        statements.push(format!("CREATE USER IF NOT EXISTS '{user}'@'%' IDENTIFIED BY {password}"));
        statements.push(format!("ALTER USER '{user}'@'%' IDENTIFIED BY {password}"));
        // In GRANT an underscore is a wildcard: unescaped, `a_b` would open `axb` too.
        let pattern = schema.replace('_', "\\_");
        statements.push(format!("GRANT {rights} ON `{pattern}`.* TO '{user}'@'%'"));
    }
    for statement in statements {
        run(admin, schema, statement).await?;
    }
    Ok(())
}

async fn run(admin: &Pool, what: &str, statement: String) -> Result<(), ProvisionError> {
    let ran = sqlx::raw_sql(AssertSqlSafe(statement)).execute(admin).await;
    ran.map(|_| ()).map_err(|error| ProvisionError::Refused { what: what.to_owned(), source: error.into() })
}

fn checked(name: &str) -> Result<&str, ProvisionError> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if (1..=32).contains(&name.len()) && name.chars().all(good) {
        Ok(name)
    } else {
        Err(ProvisionError::Name(name.to_owned()))
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
