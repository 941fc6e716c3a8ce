use super::Store;
use crate::model::{ChatKind, Pair, RoomName};
use securechat_db::{Connection, Result};
use securechat_kernel::{ChatId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

/// A chat as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct ChatRow {
    id: Uuid,
    kind: String,
    pub(crate) name: Option<String>,
    owner_id: Option<Uuid>,
    user_low: Option<Uuid>,
    user_high: Option<Uuid>,
    pub(crate) last_seq: u64,
    pub(crate) version: u64,
    pub(crate) created_at: OffsetDateTime,
}

impl ChatRow {
    pub(crate) fn id(&self) -> ChatId {
        ChatId(self.id)
    }

    pub(crate) fn kind(&self) -> ChatKind {
        if self.kind == ChatKind::Room.as_str() { ChatKind::Room } else { ChatKind::Private }
    }

    pub(crate) fn owner(&self) -> Option<UserId> {
        self.owner_id.map(UserId)
    }

    /// The two people of a private chat.
    pub(crate) fn pair(&self) -> Option<Pair> {
        Pair::of(UserId(self.user_low?), UserId(self.user_high?))
    }
}

const COLUMNS: &str = "id, kind, name, owner_id, user_low, user_high, last_seq, version, created_at";

/// A chat to be stored.
#[derive(Debug)]
pub(crate) enum NewChat<'a> {
    Private(Pair),
    Room { name: &'a RoomName, owner: UserId },
}

impl NewChat<'_> {
    /// Stores the chat under `id`, at version 1, without members.
    pub(crate) async fn insert(&self, connection: &mut Connection, id: ChatId, now: OffsetDateTime) -> Result<()> {
        let (kind, name, owner, pair) = match self {
            Self::Private(pair) => (ChatKind::Private, None, None, Some(*pair)),
            Self::Room { name, owner } => (ChatKind::Room, Some(name.as_str()), Some(owner.0), None),
        };
        sqlx::query(
            "INSERT INTO chats (id, kind, name, owner_id, user_low, user_high, last_seq, version, created_at)
             VALUES (?, ?, ?, ?, ?, ?, 0, 1, ?)",
        )
        .bind(id.0)
        .bind(kind.as_str())
        .bind(name)
        .bind(owner)
        .bind(pair.map(|pair| pair.low.0))
        .bind(pair.map(|pair| pair.high.0))
        .bind(now)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// The chat, locked until the transaction ends: whoever numbers a message or changes members holds it.
pub(crate) async fn lock_chat(connection: &mut Connection, id: ChatId) -> Result<Option<ChatRow>> {
    let query = sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM chats WHERE id = ? FOR UPDATE")));
    Ok(query.bind(id.0).fetch_optional(connection).await?)
}

/// Deletes the chat with everything in it.
pub(crate) async fn delete_chat(connection: &mut Connection, id: ChatId) -> Result<()> {
    sqlx::query("DELETE FROM chats WHERE id = ?").bind(id.0).execute(connection).await?;
    Ok(())
}

impl Store {
    pub(crate) async fn chat(&self, id: ChatId) -> Result<Option<ChatRow>> {
        let query = sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM chats WHERE id = ?")));
        Ok(query.bind(id.0).fetch_optional(&self.pool).await?)
    }

    pub(crate) async fn private_chat(&self, pair: Pair) -> Result<Option<ChatRow>> {
        let sql = format!("SELECT {COLUMNS} FROM chats WHERE user_low = ? AND user_high = ?");
        let query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
        Ok(query.bind(pair.low.0).bind(pair.high.0).fetch_optional(&self.pool).await?)
    }

    /// All chats of a person, the newest first.
    pub(crate) async fn chats_of(&self, user: UserId) -> Result<Vec<ChatRow>> {
        let columns = COLUMNS.split(", ").map(|column| format!("c.{column}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {columns} FROM members m JOIN chats c ON c.id = m.chat_id WHERE m.user_id = ? ORDER BY c.id DESC"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(user.0).fetch_all(&self.pool).await?)
    }
}

/// Raises the version of a locked chat, because its members changed; the new version.
pub(crate) async fn raise_version(connection: &mut Connection, chat: &ChatRow) -> Result<u64> {
    let version = chat.version + 1;
    sqlx::query("UPDATE chats SET version = ? WHERE id = ?").bind(version).bind(chat.id).execute(connection).await?;
    Ok(version)
}
