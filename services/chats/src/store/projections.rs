//! What other services know and this one keeps a copy of: names and friendships.

use super::{Store, placeholders};
use crate::model::Pair;
use securechat_contracts::dto::PersonRef;
use securechat_db::Result;
use securechat_kernel::UserId;
use uuid::Uuid;

impl Store {
    /// Keeps a name; a later one replaces it.
    pub(crate) async fn keep_person(&self, person: &PersonRef) -> Result<()> {
        sqlx::query(
            "INSERT INTO people (user_id, user_name) VALUES (?, ?) ON DUPLICATE KEY UPDATE user_name = VALUES(user_name)",
        )
        .bind(person.id.0)
        .bind(&person.user_name)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The names that are known of `users`.
    pub(crate) async fn people(&self, users: &[UserId]) -> Result<Vec<PersonRef>> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT user_id, user_name FROM people WHERE user_id IN ({})", placeholders(users.len()));
        let mut query = sqlx::query_as::<_, (Uuid, String)>(sqlx::AssertSqlSafe(sql));
        for user in users {
            query = query.bind(user.0);
        }
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(id, user_name)| PersonRef { id: UserId(id), user_name }).collect())
    }

    /// Keeps whether two are friends, unless something newer is known.
    pub(crate) async fn keep_friendship(&self, pair: Pair, friends: bool, version: u64) -> Result<()> {
        sqlx::query(
            "INSERT INTO friendships (user_low, user_high, friends, version) VALUES (?, ?, ?, ?)
             ON DUPLICATE KEY UPDATE friends = IF(VALUES(version) > version, VALUES(friends), friends),
                                     version = GREATEST(VALUES(version), version)",
        )
        .bind(pair.low.0)
        .bind(pair.high.0)
        .bind(friends)
        .bind(version)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Whether the two are known to be friends.
    pub(crate) async fn are_friends(&self, pair: Pair) -> Result<bool> {
        let friends: Option<bool> =
            sqlx::query_scalar("SELECT friends FROM friendships WHERE user_low = ? AND user_high = ?")
                .bind(pair.low.0)
                .bind(pair.high.0)
                .fetch_optional(&self.pool)
                .await?;
        Ok(friends.unwrap_or(false))
    }
}
