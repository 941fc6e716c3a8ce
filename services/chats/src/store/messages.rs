use super::{Store, placeholders};
use crate::model::MessageText;
use securechat_contracts::dto::{MessageView, PersonRef, ReadMarker};
use securechat_db::{Connection, Result};
use securechat_kernel::{ChatId, MessageId, UserId};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A message to be stored.
#[derive(Debug)]
pub(crate) struct NewMessage<'a> {
    pub(crate) chat: ChatId,
    pub(crate) id: MessageId,
    pub(crate) sender: UserId,
    pub(crate) text: &'a MessageText,
    pub(crate) sent_at: OffsetDateTime,
}

#[derive(sqlx::FromRow)]
struct Row {
    chat_id: Uuid,
    seq: u64,
    id: Uuid,
    sender_id: Uuid,
    user_name: Option<String>,
    text: String,
    sent_at: OffsetDateTime,
}

impl From<Row> for MessageView {
    fn from(row: Row) -> Self {
        Self {
            id: MessageId(row.id),
            chat_id: ChatId(row.chat_id),
            seq: row.seq,
            sender: PersonRef { id: UserId(row.sender_id), user_name: row.user_name.unwrap_or_default() },
            text: row.text,
            sent_at: row.sent_at,
        }
    }
}

const SELECT: &str = "SELECT m.chat_id, m.seq, m.id, m.sender_id, p.user_name, m.text, m.sent_at
                      FROM messages m LEFT JOIN people p ON p.user_id = m.sender_id";

/// The message that `sender` sent under this id before, if she did.
pub(crate) async fn sent_message(
    connection: &mut Connection,
    chat: ChatId,
    sender: UserId,
    id: MessageId,
) -> Result<Option<MessageView>> {
    let sql = format!("{SELECT} WHERE m.chat_id = ? AND m.sender_id = ? AND m.id = ?");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(chat.0)
        .bind(sender.0)
        .bind(id.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(Into::into))
}

/// Stores the message under the next number. The caller holds the chat's lock, so numbers follow commits and have no
/// gaps. Whoever had read everything has read her own message, too.
pub(crate) async fn insert_message(connection: &mut Connection, message: &NewMessage<'_>, seq: u64) -> Result<()> {
    sqlx::query("INSERT INTO messages (chat_id, seq, id, sender_id, text, sent_at) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(message.chat.0)
        .bind(seq)
        .bind(message.id.0)
        .bind(message.sender.0)
        .bind(message.text.as_str())
        .bind(message.sent_at)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE chats SET last_seq = ? WHERE id = ?")
        .bind(seq)
        .bind(message.chat.0)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE members SET read_seq = ? WHERE chat_id = ? AND user_id = ? AND read_seq = ?")
        .bind(seq)
        .bind(message.chat.0)
        .bind(message.sender.0)
        .bind(seq - 1)
        .execute(connection)
        .await?;
    Ok(())
}

/// Moves the read marker forward, never back and never beyond the last message. Whether it moved.
pub(crate) async fn move_read_marker(
    connection: &mut Connection,
    chat: ChatId,
    user: UserId,
    seq: u64,
) -> Result<bool> {
    let moved = sqlx::query(
        "UPDATE members m JOIN chats c ON c.id = m.chat_id SET m.read_seq = LEAST(?, c.last_seq)
         WHERE m.chat_id = ? AND m.user_id = ? AND m.read_seq < LEAST(?, c.last_seq)",
    )
    .bind(seq)
    .bind(chat.0)
    .bind(user.0)
    .bind(seq)
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() > 0)
}

const READ_MARKER: &str = "SELECT m.chat_id, m.read_seq,
                                  (SELECT COUNT(*) FROM messages x
                                   WHERE x.chat_id = m.chat_id AND x.seq > m.read_seq AND x.sender_id <> m.user_id)
                           FROM members m";

fn read_marker((chat, read_seq, unread): (Uuid, u64, i64)) -> (ChatId, ReadMarker) {
    (ChatId(chat), ReadMarker { read_seq, unread: unread.unsigned_abs() })
}

/// How far the member has read, and how many messages of others stand after that.
pub(crate) async fn unread(connection: &mut Connection, chat: ChatId, user: UserId) -> Result<Option<ReadMarker>> {
    let sql = format!("{READ_MARKER} WHERE m.chat_id = ? AND m.user_id = ?");
    let row = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(chat.0).bind(user.0).fetch_optional(connection).await?;
    Ok(row.map(|row| read_marker(row).1))
}

impl Store {
    /// The same for several chats, without those that `user` is no member of.
    pub(crate) async fn read_markers(&self, chats: &[ChatId], user: UserId) -> Result<HashMap<ChatId, ReadMarker>> {
        let sql = format!("{READ_MARKER} WHERE m.user_id = ? AND m.chat_id IN ({})", placeholders(chats.len()));
        let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(user.0);
        let query = chats.iter().fold(query, |query, chat| query.bind(chat.0));
        Ok(query.fetch_all(&self.pool).await?.into_iter().map(read_marker).collect())
    }

    /// The last message of each chat that has one.
    pub(crate) async fn last_messages(&self, chats: &[ChatId]) -> Result<HashMap<ChatId, MessageView>> {
        let sql = format!(
            "{SELECT} JOIN chats c ON c.id = m.chat_id AND c.last_seq = m.seq WHERE m.chat_id IN ({})",
            placeholders(chats.len())
        );
        let query = sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(sql));
        let query = chats.iter().fold(query, |query, chat| query.bind(chat.0));
        Ok(query.fetch_all(&self.pool).await?.into_iter().map(|row| (ChatId(row.chat_id), row.into())).collect())
    }

    /// At most `limit` messages after `seq`, ascending.
    pub(crate) async fn messages_after(&self, chat: ChatId, seq: u64, limit: u32) -> Result<Vec<MessageView>> {
        let sql = format!("{SELECT} WHERE m.chat_id = ? AND m.seq > ? ORDER BY m.seq LIMIT ?");
        self.messages(sql, chat, seq, limit).await
    }

    /// At most `limit` messages before `seq`, ascending.
    pub(crate) async fn messages_before(&self, chat: ChatId, seq: u64, limit: u32) -> Result<Vec<MessageView>> {
        let sql = format!("{SELECT} WHERE m.chat_id = ? AND m.seq < ? ORDER BY m.seq DESC LIMIT ?");
        let mut messages = self.messages(sql, chat, seq, limit).await?;
        messages.reverse();
        Ok(messages)
    }

    async fn messages(&self, sql: String, chat: ChatId, seq: u64, limit: u32) -> Result<Vec<MessageView>> {
        let rows: Vec<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(chat.0).bind(seq).bind(limit).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}
