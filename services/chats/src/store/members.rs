use super::{Store, placeholders};
use crate::model::{MemberRole, MemberView};
use securechat_contracts::dto::{Membership, MembershipsOf, PersonRef};
use securechat_db::{Connection, Result};
use securechat_kernel::{ChatId, UserId};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// How many members a chat's view names.
const SHOWN_MAX: u32 = 100;

/// Adds a member who has read everything up to `read_seq`; false when she is one already.
pub(crate) async fn add_member(
    connection: &mut Connection,
    chat: ChatId,
    user: UserId,
    read_seq: u64,
    now: OffsetDateTime,
) -> Result<bool> {
    if is_member(connection, chat, user).await? {
        return Ok(false);
    }
    sqlx::query("INSERT INTO members (chat_id, user_id, joined_at, read_seq) VALUES (?, ?, ?, ?)")
        .bind(chat.0)
        .bind(user.0)
        .bind(now)
        .bind(read_seq)
        .execute(&mut *connection)
        .await?;
    Ok(true)
}

/// Removes a member and raises the chat's version; the new version, or none when she was no member.
pub(crate) async fn remove_member(connection: &mut Connection, chat: ChatId, user: UserId) -> Result<bool> {
    let removed = sqlx::query("DELETE FROM members WHERE chat_id = ? AND user_id = ?");
    Ok(removed.bind(chat.0).bind(user.0).execute(connection).await?.rows_affected() == 1)
}

/// Makes `owner` the room's owner.
pub(crate) async fn change_owner(connection: &mut Connection, chat: ChatId, owner: UserId) -> Result<()> {
    sqlx::query("UPDATE chats SET owner_id = ? WHERE id = ?").bind(owner.0).bind(chat.0).execute(connection).await?;
    Ok(())
}

pub(crate) async fn is_member(connection: &mut Connection, chat: ChatId, user: UserId) -> Result<bool> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM members WHERE chat_id = ? AND user_id = ?")
        .bind(chat.0)
        .bind(user.0)
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn member_ids(connection: &mut Connection, chat: ChatId) -> Result<Vec<UserId>> {
    let ids: Vec<Uuid> =
        sqlx::query_scalar("SELECT user_id FROM members WHERE chat_id = ?").bind(chat.0).fetch_all(connection).await?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// Who has been a member for longest.
pub(crate) async fn longest_member(connection: &mut Connection, chat: ChatId) -> Result<Option<UserId>> {
    let id: Option<Uuid> =
        sqlx::query_scalar("SELECT user_id FROM members WHERE chat_id = ? ORDER BY joined_at, user_id LIMIT 1")
            .bind(chat.0)
            .fetch_optional(connection)
            .await?;
    Ok(id.map(UserId))
}

impl Store {
    /// How far the member has read; none when she is no member.
    pub(crate) async fn read_seq(&self, chat: ChatId, user: UserId) -> Result<Option<u64>> {
        Ok(sqlx::query_scalar("SELECT read_seq FROM members WHERE chat_id = ? AND user_id = ?")
            .bind(chat.0)
            .bind(user.0)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// The first members of each chat by name, and how many there are.
    pub(crate) async fn shown_members(&self, chats: &[ChatId]) -> Result<HashMap<ChatId, (Vec<PersonRef>, u64)>> {
        let sql = format!(
            "SELECT chat_id, user_id, user_name, member_count FROM (
               SELECT m.chat_id, m.user_id, p.user_name, COUNT(*) OVER (PARTITION BY m.chat_id) AS member_count,
                      ROW_NUMBER() OVER (PARTITION BY m.chat_id ORDER BY p.user_name, m.user_id) AS place
               FROM members m LEFT JOIN people p ON p.user_id = m.user_id WHERE m.chat_id IN ({})
             ) ranked WHERE place <= ? ORDER BY chat_id, place",
            placeholders(chats.len())
        );
        let query = sqlx::query_as::<_, (Uuid, Uuid, Option<String>, i64)>(sqlx::AssertSqlSafe(sql));
        let query = chats.iter().fold(query, |query, chat| query.bind(chat.0)).bind(SHOWN_MAX);
        let mut by_chat = HashMap::<ChatId, (Vec<PersonRef>, u64)>::new();
        for (chat, user, name, count) in query.fetch_all(&self.pool).await? {
            let (members, total) = by_chat.entry(ChatId(chat)).or_default();
            members.push(PersonRef { id: UserId(user), user_name: name.unwrap_or_default() });
            *total = count.unsigned_abs();
        }
        Ok(by_chat)
    }

    /// A page of members, by id.
    pub(crate) async fn members_page(
        &self,
        chat: ChatId,
        owner: Option<UserId>,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberView>> {
        let rows: Vec<(Uuid, Option<String>, OffsetDateTime)> = sqlx::query_as(
            "SELECT m.user_id, p.user_name, m.joined_at FROM members m LEFT JOIN people p ON p.user_id = m.user_id
             WHERE m.chat_id = ? AND m.user_id > ? ORDER BY m.user_id LIMIT ?",
        )
        .bind(chat.0)
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let member = |(id, name, joined_at): (Uuid, Option<String>, OffsetDateTime)| MemberView {
            id: UserId(id),
            user_name: name.unwrap_or_default(),
            role: if owner == Some(UserId(id)) { MemberRole::Owner } else { MemberRole::Member },
            joined_at,
        };
        Ok(rows.into_iter().map(member).collect())
    }

    /// The chats of each of `users`, with their versions.
    pub(crate) async fn memberships(&self, users: &[UserId]) -> Result<Vec<MembershipsOf>> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT m.user_id, c.id, c.version FROM members m JOIN chats c ON c.id = m.chat_id WHERE m.user_id IN ({})",
            placeholders(users.len())
        );
        let query = sqlx::query_as::<_, (Uuid, Uuid, u64)>(sqlx::AssertSqlSafe(sql));
        let query = users.iter().fold(query, |query, user| query.bind(user.0));
        let mut by_user: HashMap<UserId, Vec<Membership>> = users.iter().map(|user| (*user, Vec::new())).collect();
        for (user, chat, version) in query.fetch_all(&self.pool).await? {
            by_user.entry(UserId(user)).or_default().push(Membership { chat_id: ChatId(chat), version });
        }
        Ok(by_user.into_iter().map(|(user_id, chats)| MembershipsOf { user_id, chats }).collect())
    }
}
