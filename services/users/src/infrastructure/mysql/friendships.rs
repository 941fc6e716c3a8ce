use super::MySqlUnitOfWork;
use super::unit_of_work::pair_of;
use crate::application::Error;
use securechat_kernel::FriendshipId;
use securechat_users_domain::friendship_request::Between;
use securechat_users_domain::repository::Friendships;
use securechat_users_domain::{Friendship, Pair, RuleBroken};
use time::OffsetDateTime;
use uuid::Uuid;

impl Friendships for MySqlUnitOfWork<'_> {
    type Error = Error;

    async fn lock(&mut self, pair: Pair) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO pairs (low_id, high_id, version) VALUES (?, ?, 1) ON DUPLICATE KEY UPDATE version = version + 1",
        )
        .bind(pair.low().0)
        .bind(pair.high().0)
        .execute(&mut *self.connection)
        .await
        .map_err(securechat_db::Error::from)?;
        Ok(())
    }

    async fn between(&mut self, pair: Pair) -> Result<Between, Error> {
        let (request_pending, friends): (bool, bool) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM friendship_requests WHERE low_id = ? AND high_id = ? AND pending = 1),
                    EXISTS (SELECT 1 FROM friendships WHERE low_id = ? AND high_id = ?)",
        )
        .bind(pair.low().0)
        .bind(pair.high().0)
        .bind(pair.low().0)
        .bind(pair.high().0)
        .fetch_one(&mut *self.connection)
        .await
        .map_err(securechat_db::Error::from)?;
        Ok(Between { request_pending, friends })
    }

    async fn friendship(&mut self, id: FriendshipId) -> Result<Option<Friendship>, Error> {
        let row: Option<(Uuid, Uuid, OffsetDateTime)> =
            sqlx::query_as("SELECT low_id, high_id, created_at FROM friendships WHERE id = ?")
                .bind(id.0)
                .fetch_optional(&mut *self.connection)
                .await
                .map_err(securechat_db::Error::from)?;
        let Some((low, high, created_at)) = row else { return Ok(None) };
        Ok(Some(Friendship { id, pair: pair_of(low, high)?, created_at }))
    }

    async fn add_friendship(&mut self, friendship: &Friendship) -> Result<(), Error> {
        sqlx::query("INSERT INTO friendships (id, low_id, high_id, created_at) VALUES (?, ?, ?, ?)")
            .bind(friendship.id.0)
            .bind(friendship.pair.low().0)
            .bind(friendship.pair.high().0)
            .bind(friendship.created_at)
            .execute(&mut *self.connection)
            .await
            .map_err(|error| forbidden(error.into()))?;
        Ok(())
    }

    async fn remove_friendship(&mut self, id: FriendshipId) -> Result<(), Error> {
        sqlx::query("DELETE FROM friendships WHERE id = ?")
            .bind(id.0)
            .execute(&mut *self.connection)
            .await
            .map_err(securechat_db::Error::from)?;
        Ok(())
    }
}

fn forbidden(error: securechat_db::Error) -> Error {
    match error.constraint() {
        Some("uq_friendships_pair") => RuleBroken::AlreadyFriends.into(),
        _ => error.into(),
    }
}
