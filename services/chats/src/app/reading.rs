//! History, catching up, and how far one has read.

use super::App;
use crate::{
    error::Error,
    store::{move_read_marker, unread},
};
use securechat_contracts::{
    dto::{MembershipsOf, MessageView, Position, ReadMarker, SyncStatus, SyncedChat},
    event::ReadMarkerMoved,
};
use securechat_db::work;
use securechat_kernel::{ChatId, UserId};

/// Which messages of a chat.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Range {
    /// The newest ones.
    Newest,
    /// Those before a number.
    Before(u64),
    /// Those after a number.
    After(u64),
}

impl App {
    /// At most `limit` messages, ascending, and the chat's last number.
    pub(crate) async fn history(
        &self,
        who: UserId,
        chat: ChatId,
        range: Range,
        limit: u32,
    ) -> Result<(Vec<MessageView>, u64), Error> {
        self.store.read_seq(chat, who).await?.ok_or(Error::NoChat)?;
        let last_seq = self.store.chat(chat).await?.ok_or(Error::NoChat)?.last_seq;
        let messages = match range {
            Range::Newest => self.store.messages_before(chat, u64::MAX, limit).await?,
            Range::Before(seq) => self.store.messages_before(chat, seq, limit).await?,
            Range::After(seq) => self.store.messages_after(chat, seq, limit).await?,
        };
        Ok((messages, last_seq))
    }

    /// For each position all that was missed, or an explicit word that it is not all.
    pub(crate) async fn sync(&self, who: UserId, positions: &[Position], limit: u32) -> Result<Vec<SyncedChat>, Error> {
        let mut synced = Vec::with_capacity(positions.len());
        for position in positions {
            synced.push(self.sync_one(who, *position, limit).await?);
        }
        Ok(synced)
    }

    async fn sync_one(&self, who: UserId, position: Position, limit: u32) -> Result<SyncedChat, Error> {
        let chat_id = position.chat_id;
        let answer =
            |status, messages, last_seq, read_seq| SyncedChat { chat_id, status, messages, last_seq, read_seq };
        let (Some(read_seq), Some(chat)) = (self.store.read_seq(chat_id, who).await?, self.store.chat(chat_id).await?)
        else {
            return Ok(answer(SyncStatus::Gone, Vec::new(), 0, 0));
        };
        let missed = chat.last_seq.saturating_sub(position.after_seq);
        // A client that knows more than there is was given up by its server: it starts anew.
        if missed > u64::from(limit) || position.after_seq > chat.last_seq {
            return Ok(answer(SyncStatus::Reload, Vec::new(), chat.last_seq, read_seq));
        }
        let messages = match missed {
            0 => Vec::new(),
            _ => self.store.messages_after(chat_id, position.after_seq, limit).await?,
        };
        // More came while we read: what we hold is complete up to its own last message.
        let last_seq = messages.last().map_or(chat.last_seq, |message| message.seq);
        Ok(answer(SyncStatus::Complete, messages, last_seq, read_seq))
    }

    /// Moves the read marker forward and tells the person's other devices.
    pub(crate) async fn mark_read(&self, who: UserId, chat: ChatId, seq: u64) -> Result<ReadMarker, Error> {
        self.outbox
            .transaction(|tx| {
                work(async move {
                    let moved = move_read_marker(tx, chat, who, seq).await?;
                    let marker = unread(tx, chat, who).await?.ok_or(Error::NoChat)?;
                    if moved {
                        let ReadMarker { read_seq, unread } = marker;
                        let event = ReadMarkerMoved { chat_id: chat, user_id: who, read_seq, unread };
                        self.outbox.enqueue(tx, &event).await?;
                    }
                    Ok::<_, Error>(marker)
                })
            })
            .await
    }

    /// Who is in which chats, for the hub.
    pub(crate) async fn memberships(&self, users: &[UserId]) -> Result<Vec<MembershipsOf>, Error> {
        Ok(self.store.memberships(users).await?)
    }
}
