use super::ReadModel;
use crate::application::Error;
use crate::application::queries::cursor::Cursor;
use securechat_contracts::dto::{FriendshipView, PersonRef};
use securechat_db::Result;
use securechat_kernel::{FriendshipId, Page, PageRequest, UserId};
use sqlx::{MySql, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    low_id: Uuid,
    low_name: String,
    high_id: Uuid,
    high_name: String,
    created_at: OffsetDateTime,
}

impl From<Row> for FriendshipView {
    fn from(row: Row) -> Self {
        let low = PersonRef { id: row.low_id.into(), user_name: row.low_name };
        let high = PersonRef { id: row.high_id.into(), user_name: row.high_name };
        Self { id: row.id.into(), users: [low, high], created_at: row.created_at }
    }
}

const FRIENDSHIPS: &str = "SELECT f.id, f.low_id, low.user_name AS low_name, f.high_id, high.user_name AS high_name,
                                  f.created_at
                           FROM friendships f JOIN users low ON low.id = f.low_id
                           JOIN users high ON high.id = f.high_id WHERE TRUE";

impl ReadModel {
    /// One friendship.
    pub(crate) async fn friendship(&self, id: FriendshipId) -> Result<Option<FriendshipView>> {
        let mut query = QueryBuilder::<MySql>::new(FRIENDSHIPS);
        query.push(" AND f.id = ").push_bind(id.0);
        let row: Option<Row> = query.build_query_as().fetch_optional(&self.pool).await?;
        Ok(row.map(FriendshipView::from))
    }

    /// Friendships, everybody's or one person's, the newest first. (W-30, B-16)
    pub(crate) async fn friendships(
        &self,
        of: Option<UserId>,
        page: &PageRequest,
    ) -> Result<Page<FriendshipView>, Error> {
        let mut query = QueryBuilder::<MySql>::new(FRIENDSHIPS);
        if let Some(user) = of {
            query.push(" AND (f.low_id = ").push_bind(user.0).push(" OR f.high_id = ").push_bind(user.0).push(")");
        }
        if let Some(cursor) = page.cursor() {
            let cursor = Cursor::decode(cursor)?;
            query.push(" AND (f.created_at, f.id) < (").push_bind(cursor.time()?).push(", ").push_bind(cursor.id);
            query.push(")");
        }
        query.push(" ORDER BY f.created_at DESC, f.id DESC LIMIT ").push_bind(page.limit() + 1);
        let rows: Vec<Row> = query.build_query_as().fetch_all(&self.pool).await.map_err(securechat_db::Error::from)?;
        let views = rows.into_iter().map(FriendshipView::from).collect();
        Ok(Page::from_rows(views, page.limit(), |view| Cursor::at(view.created_at, view.id.0).encode()))
    }

    /// All friends of a person.
    pub(crate) async fn friends(&self, user: UserId) -> Result<Vec<PersonRef>> {
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "SELECT u.id, u.user_name FROM friendships f JOIN users u ON u.id = f.high_id WHERE f.low_id = ?
             UNION ALL
             SELECT u.id, u.user_name FROM friendships f JOIN users u ON u.id = f.low_id WHERE f.high_id = ?",
        )
        .bind(user.0)
        .bind(user.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(id, user_name)| PersonRef { id: id.into(), user_name }).collect())
    }

    /// Whether two people, in any order, are friends.
    pub(crate) async fn are_friends(&self, one: UserId, other: UserId) -> Result<bool> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM friendships WHERE low_id = ? AND high_id = ?)")
            .bind(one.min(other).0)
            .bind(one.max(other).0)
            .fetch_one(&self.pool)
            .await?)
    }
}
