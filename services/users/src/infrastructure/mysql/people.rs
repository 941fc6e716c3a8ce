use super::MySqlUnitOfWork;
use super::unit_of_work::unreadable;
use crate::application::Error;
use securechat_kernel::UserId;
use securechat_users_domain::repository::Users;
use securechat_users_domain::{Age, InvalidProfileField, Location, Profile, Sex, User};
use time::OffsetDateTime;

#[derive(sqlx::FromRow)]
struct Row {
    user_name: String,
    email: String,
    created_at: OffsetDateTime,
    modified_at: OffsetDateTime,
    age: Option<u8>,
    sex: Option<String>,
    location: Option<String>,
}

impl Row {
    fn profile(&self) -> Result<Option<Profile>, InvalidProfileField> {
        let (Some(age), Some(sex), Some(location)) = (self.age, &self.sex, &self.location) else { return Ok(None) };
        let (age, sex, location) = (Age::parse(age.into())?, Sex::parse(sex)?, Location::parse(location)?);
        Ok(Some(Profile { age, sex, location }))
    }
}

impl Users for MySqlUnitOfWork<'_> {
    type Error = Error;

    async fn user(&mut self, id: UserId) -> Result<Option<User>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT u.user_name, u.email, u.created_at, u.modified_at, p.age, p.sex, p.location
             FROM users u LEFT JOIN profiles p ON p.user_id = u.id WHERE u.id = ? FOR UPDATE",
        )
        .bind(id.0)
        .fetch_optional(&mut *self.connection)
        .await
        .map_err(securechat_db::Error::from)?;
        let Some(row) = row else { return Ok(None) };
        let profile = row.profile().map_err(|error| unreadable(error.to_string()))?;
        let Row { user_name, email, created_at, modified_at, .. } = row;
        Ok(Some(User { id, user_name, email, profile, created_at, modified_at }))
    }

    async fn knows(&mut self, id: UserId) -> Result<bool, Error> {
        let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM users WHERE id = ?")
            .bind(id.0)
            .fetch_optional(&mut *self.connection)
            .await
            .map_err(securechat_db::Error::from)?;
        Ok(found.is_some())
    }

    async fn add_user(&mut self, user: &User) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO users (id, user_name, user_name_key, email, email_key, created_at, modified_at)
             VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE id = VALUES(id)",
        )
        .bind(user.id.0)
        .bind(&user.user_name)
        .bind(user.user_name.to_lowercase())
        .bind(&user.email)
        .bind(user.email.to_lowercase())
        .bind(user.created_at)
        .bind(user.modified_at)
        .execute(&mut *self.connection)
        .await
        .map_err(securechat_db::Error::from)?;
        Ok(())
    }

    async fn save_profile(&mut self, user: &User) -> Result<(), Error> {
        let change = match &user.profile {
            Some(profile) => sqlx::query(
                "INSERT INTO profiles (user_id, age, sex, location) VALUES (?, ?, ?, ?)
                 ON DUPLICATE KEY UPDATE age = VALUES(age), sex = VALUES(sex), location = VALUES(location)",
            )
            .bind(user.id.0)
            .bind(profile.age.years())
            .bind(profile.sex.as_str())
            .bind(profile.location.as_str()),
            None => sqlx::query("DELETE FROM profiles WHERE user_id = ?").bind(user.id.0),
        };
        change.execute(&mut *self.connection).await.map_err(securechat_db::Error::from)?;
        sqlx::query("UPDATE users SET modified_at = ? WHERE id = ?")
            .bind(user.modified_at)
            .bind(user.id.0)
            .execute(&mut *self.connection)
            .await
            .map_err(securechat_db::Error::from)?;
        Ok(())
    }
}
