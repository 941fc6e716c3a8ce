//! Sending.

use super::{App, require};
use crate::{
    error::Error,
    model::{MessageText, Person},
    store::{NewMessage, insert_message, is_member, lock_chat, sent_message},
};
use securechat_contracts::{Permission, dto::MessageView, event::MessagePosted};
use securechat_db::work;
use securechat_kernel::{ChatId, MessageId};

/// A message that stands.
pub(crate) struct Sent {
    pub(crate) message: MessageView,
    /// False when it had been sent before under the same id.
    pub(crate) is_new: bool,
}

impl App {
    /// Numbers and stores a message, and lets the event go with it. Sending it again is answered with the stored one.
    pub(crate) async fn send(
        &self,
        who: &Person,
        chat: ChatId,
        id: MessageId,
        text: &MessageText,
    ) -> Result<Sent, Error> {
        require(who, Permission::MessagesCreate)?;
        let row = self.store.chat(chat).await?.ok_or(Error::NoChat)?;
        self.store.read_seq(chat, who.id).await?.ok_or(Error::NoChat)?;
        if let Some(pair) = row.pair() {
            self.require_friends(pair).await?;
        }
        let sender = self.person(who.id).await?;
        let new = NewMessage { chat, id, sender: who.id, text, sent_at: self.clock.now() };
        let (new, sender) = (&new, &sender);
        self.outbox
            .transaction(|tx| {
                work(async move {
                    let locked = lock_chat(tx, chat).await?.ok_or(Error::NoChat)?;
                    if !is_member(tx, chat, new.sender).await? {
                        return Err(Error::NoChat);
                    }
                    if let Some(message) = sent_message(tx, chat, new.sender, id).await? {
                        let same = message.text == new.text.as_str();
                        return if same { Ok(Sent { message, is_new: false }) } else { Err(Error::IdReused) };
                    }
                    let seq = locked.last_seq + 1;
                    insert_message(tx, new, seq).await?;
                    let message = MessageView {
                        id,
                        chat_id: chat,
                        seq,
                        sender: sender.clone(),
                        text: new.text.as_str().to_owned(),
                        sent_at: new.sent_at,
                    };
                    let event = MessagePosted { chat_id: chat, message: message.clone() };
                    self.outbox.enqueue(tx, &event).await?;
                    Ok(Sent { message, is_new: true })
                })
            })
            .await
    }
}
