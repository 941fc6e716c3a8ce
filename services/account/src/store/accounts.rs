use super::Store;
use crate::{
    error::Error,
    model::{Account, Email, UserName},
};
use securechat_contracts::Role;
use securechat_db::Connection;
use securechat_kernel::UserId;
use sqlx::Row;
use time::OffsetDateTime;
use uuid::Uuid;

/// An account to be stored.
#[derive(Debug)]
pub(crate) struct NewAccount {
    pub(crate) id: UserId,
    pub(crate) user_name: UserName,
    pub(crate) email: Email,
    pub(crate) email_verified: bool,
    pub(crate) password_hash: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) created_at: OffsetDateTime,
}

type Result<T, E = securechat_db::Error> = std::result::Result<T, E>;

const ACCOUNT: &str = "SELECT id, user_name, email, email_verified, auth_epoch, created_at, modified_at FROM accounts";

impl NewAccount {
    /// Stores the account; a taken name or address is told apart by its constraint.
    pub(crate) async fn insert(&self, connection: &mut Connection) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO accounts (id, user_name, user_name_key, email, email_key, email_verified, password_hash,
                                   auth_epoch, created_at, modified_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
        )
        .bind(self.id.0)
        .bind(self.user_name.as_str())
        .bind(self.user_name.key())
        .bind(self.email.as_str())
        .bind(self.email.key())
        .bind(self.email_verified)
        .bind(&self.password_hash)
        .bind(self.created_at)
        .bind(self.created_at)
        .execute(&mut *connection)
        .await
        .map_err(|error| taken(error.into()))?;
        add_roles(connection, self.id, &self.roles).await?;
        Ok(())
    }
}

fn taken(error: securechat_db::Error) -> Error {
    match error.constraint() {
        Some("uq_accounts_user_name") => Error::UserNameTaken,
        Some("uq_accounts_email") => Error::EmailTaken,
        _ => Error::Database(error),
    }
}

async fn add_roles(connection: &mut Connection, id: UserId, roles: &[Role]) -> Result<()> {
    for role in roles {
        sqlx::query("INSERT INTO account_roles (account_id, role) VALUES (?, ?)")
            .bind(id.0)
            .bind(role.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

impl Store {
    pub(crate) async fn account(&self, id: UserId) -> Result<Option<Account>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{ACCOUNT} WHERE id = ?")));
        let row = row.bind(id.0).fetch_optional(&self.pool).await?;
        self.with_roles(row).await
    }

    pub(crate) async fn account_by_email(&self, email: &Email) -> Result<Option<Account>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{ACCOUNT} WHERE email_key = ?")));
        let row = row.bind(email.key()).fetch_optional(&self.pool).await?;
        self.with_roles(row).await
    }

    /// Id and password hash of the account with this name.
    pub(crate) async fn credentials(&self, user_name: &str) -> Result<Option<(UserId, String)>> {
        let row: Option<(Uuid, String)> =
            sqlx::query_as("SELECT id, password_hash FROM accounts WHERE user_name_key = ?")
                .bind(user_name.to_ascii_lowercase())
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(id, hash)| (id.into(), hash)))
    }

    async fn with_roles(&self, row: Option<sqlx::mysql::MySqlRow>) -> Result<Option<Account>> {
        let Some(row) = row else { return Ok(None) };
        let id: Uuid = row.try_get("id")?;
        let roles: Vec<String> =
            sqlx::query_scalar("SELECT role FROM account_roles WHERE account_id = ? ORDER BY role")
                .bind(id)
                .fetch_all(&self.pool)
                .await?;
        Ok(Some(Account {
            id: id.into(),
            user_name: row.try_get("user_name")?,
            email: row.try_get("email")?,
            email_verified: row.try_get("email_verified")?,
            auth_epoch: row.try_get("auth_epoch")?,
            roles: roles.iter().filter_map(|name| Role::ALL.into_iter().find(|role| role.as_str() == name)).collect(),
            created_at: row.try_get("created_at")?,
            modified_at: row.try_get("modified_at")?,
        }))
    }
}

/// Marks the address as confirmed and makes the person a user; the new epoch, or `None` when it was confirmed already or
/// the address is another one by now.
pub(super) async fn confirm(
    connection: &mut Connection,
    id: UserId,
    email: &str,
    now: OffsetDateTime,
) -> Result<Option<u64>> {
    let changed = sqlx::query(
        "UPDATE accounts SET email_verified = TRUE, auth_epoch = auth_epoch + 1, modified_at = ?
         WHERE id = ? AND email = ? AND email_verified = FALSE",
    )
    .bind(now)
    .bind(id.0)
    .bind(email)
    .execute(&mut *connection)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(None);
    }
    sqlx::query("DELETE FROM account_roles WHERE account_id = ? AND role = ?")
        .bind(id.0)
        .bind(Role::UnconfirmedUser.as_str())
        .execute(&mut *connection)
        .await?;
    add_roles(connection, id, &[Role::User]).await?;
    let epoch =
        sqlx::query_scalar("SELECT auth_epoch FROM accounts WHERE id = ?").bind(id.0).fetch_one(connection).await?;
    Ok(Some(epoch))
}
