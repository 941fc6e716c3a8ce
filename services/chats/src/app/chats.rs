//! Making, showing, leaving and deleting chats.

use super::{App, require};
use crate::{
    error::Error,
    model::{ChatKind, ChatView, MemberView, Pair, Person, RoomName},
    store::{
        ChatRow, NewChat, add_member, change_owner, delete_chat, lock_chat, longest_member, member_ids, raise_version,
        remove_member,
    },
};
use securechat_contracts::{
    Permission,
    event::{ChatCreated, ChatDeleted, MemberLeft},
};
use securechat_db::{Connection, work};
use securechat_kernel::{ChatId, Page, PageRequest, UserId};

/// How many chats are read with one statement.
const AT_ONCE: usize = 500;

impl App {
    /// The private chat with a friend, made when there is none; whether it was made now.
    pub(crate) async fn private_chat(&self, who: &Person, friend: UserId) -> Result<(ChatView, bool), Error> {
        require(who, Permission::ChatsCreate)?;
        let pair = Pair::of(who.id, friend).ok_or(Error::NotFriends)?;
        if let Some(chat) = self.store.private_chat(pair).await? {
            return Ok((self.view(&chat, who.id).await?.ok_or(Error::NoChat)?, false));
        }
        self.require_friends(pair).await?;
        self.person(who.id).await?;
        self.person(friend).await?;
        let id = ChatId(self.ids.uuid_v7());
        let made = self.create(id, &NewChat::Private(pair), &[pair.low, pair.high]).await;
        let made = match made {
            // Both asked at the same time: one chat is enough.
            Err(Error::Database(error)) if error.constraint() == Some("uq_chats_pair") => false,
            made => made.map(|()| true)?,
        };
        let chat = self.store.private_chat(pair).await?.ok_or(Error::NoChat)?;
        Ok((self.view(&chat, who.id).await?.ok_or(Error::NoChat)?, made))
    }

    /// A room; asking again with the same id yields the same room.
    pub(crate) async fn create_room(
        &self,
        who: &Person,
        id: Option<ChatId>,
        name: &RoomName,
    ) -> Result<(ChatView, bool), Error> {
        require(who, Permission::ChatsCreate)?;
        let id = id.unwrap_or_else(|| ChatId(self.ids.uuid_v7()));
        self.person(who.id).await?;
        let made = match self.create(id, &NewChat::Room { name, owner: who.id }, &[who.id]).await {
            Err(Error::Database(error)) if error.constraint() == Some("PRIMARY") => false,
            made => made.map(|()| true)?,
        };
        let chat = self.store.chat(id).await?.ok_or(Error::NoChat)?;
        if !made && (chat.owner() != Some(who.id) || chat.name.as_deref() != Some(name.as_str())) {
            return Err(Error::IdReused);
        }
        Ok((self.view(&chat, who.id).await?.ok_or(Error::NoChat)?, made))
    }

    async fn create(&self, id: ChatId, chat: &NewChat<'_>, members: &[UserId]) -> Result<(), Error> {
        let now = self.clock.now();
        self.outbox
            .transaction(|tx| {
                work(async move {
                    chat.insert(tx, id, now).await?;
                    for member in members {
                        add_member(tx, id, *member, 0, now).await?;
                    }
                    let event = ChatCreated { chat_id: id, members: members.to_vec(), version: 1 };
                    Ok::<_, Error>(self.outbox.enqueue(tx, &event).await?)
                })
            })
            .await
    }

    /// All chats of a person, the one with the newest message first.
    pub(crate) async fn chats(&self, who: UserId) -> Result<Vec<ChatView>, Error> {
        let mut views = Vec::new();
        for chats in self.store.chats_of(who).await?.chunks(AT_ONCE) {
            views.extend(self.views(chats, who).await?);
        }
        let newest = |view: &ChatView| view.last_message.as_ref().map_or(view.created_at, |message| message.sent_at);
        views.sort_by_key(|view| std::cmp::Reverse(newest(view)));
        Ok(views)
    }

    /// One chat of a person.
    pub(crate) async fn chat(&self, who: UserId, id: ChatId) -> Result<ChatView, Error> {
        let chat = self.store.chat(id).await?.ok_or(Error::NoChat)?;
        self.view(&chat, who).await?.ok_or(Error::NoChat)
    }

    /// The chat as a member sees it; none for others.
    async fn view(&self, chat: &ChatRow, who: UserId) -> Result<Option<ChatView>, Error> {
        Ok(self.views(std::slice::from_ref(chat), who).await?.pop())
    }

    /// The chats as a member sees them, without those that she is no member of.
    async fn views(&self, chats: &[ChatRow], who: UserId) -> Result<Vec<ChatView>, Error> {
        let ids: Vec<_> = chats.iter().map(ChatRow::id).collect();
        let mut markers = self.store.read_markers(&ids, who).await?;
        let mut members = self.store.shown_members(&ids).await?;
        let mut last_messages = self.store.last_messages(&ids).await?;
        let view = |chat: &ChatRow| {
            let marker = markers.remove(&chat.id())?;
            let (members, member_count) = members.remove(&chat.id()).unwrap_or_default();
            Some(ChatView {
                id: chat.id(),
                kind: chat.kind(),
                name: chat.name.clone(),
                owner: chat.owner(),
                members,
                member_count,
                last_seq: chat.last_seq,
                read_seq: marker.read_seq,
                unread: marker.unread,
                last_message: last_messages.remove(&chat.id()),
                created_at: chat.created_at,
                version: chat.version,
            })
        };
        Ok(chats.iter().filter_map(view).collect())
    }

    /// A page of a chat's members.
    pub(crate) async fn members(&self, who: UserId, id: ChatId, page: &PageRequest) -> Result<Page<MemberView>, Error> {
        let chat = self.store.chat(id).await?.ok_or(Error::NoChat)?;
        self.store.read_seq(id, who).await?.ok_or(Error::NoChat)?;
        let after = page.cursor().and_then(|cursor| cursor.parse().ok());
        let rows = self.store.members_page(id, chat.owner(), after, page.limit() + 1).await?;
        Ok(Page::from_rows(rows, page.limit(), |member| member.id.to_string()))
    }

    /// Deletes a room: its owner may, and who may delete any.
    pub(crate) async fn delete(&self, who: &Person, id: ChatId) -> Result<(), Error> {
        self.outbox
            .transaction(|tx| {
                work(async move {
                    let chat = lock_chat(tx, id).await?.ok_or(Error::NoChat)?;
                    let members = member_ids(tx, id).await?;
                    let may_delete_any = who.may(Permission::ChatsDelete) && chat.kind() == ChatKind::Room;
                    if !members.contains(&who.id) && !may_delete_any {
                        return Err(Error::NoChat);
                    }
                    if chat.kind() != ChatKind::Room {
                        return Err(Error::NotARoom);
                    }
                    if chat.owner() != Some(who.id) && !may_delete_any {
                        return Err(Error::NotOwner);
                    }
                    self.delete_locked(tx, &chat, members).await
                })
            })
            .await
    }

    async fn delete_locked(&self, tx: &mut Connection, chat: &ChatRow, members: Vec<UserId>) -> Result<(), Error> {
        delete_chat(tx, chat.id()).await?;
        let event = ChatDeleted { chat_id: chat.id(), members, version: chat.version + 1 };
        Ok(self.outbox.enqueue(tx, &event).await?)
    }

    /// Leaves a room. An owner who leaves hands it to whoever has been there longest; the last one takes it along.
    pub(crate) async fn leave(&self, who: &Person, id: ChatId) -> Result<(), Error> {
        let user_id = who.id;
        self.outbox
            .transaction(|tx| {
                work(async move {
                    let chat = lock_chat(tx, id).await?.ok_or(Error::NoChat)?;
                    if !remove_member(tx, id, user_id).await? {
                        return Err(Error::NoChat);
                    }
                    if chat.kind() != ChatKind::Room {
                        return Err(Error::NotARoom);
                    }
                    let Some(heir) = longest_member(tx, id).await? else {
                        return self.delete_locked(tx, &chat, vec![user_id]).await;
                    };
                    if chat.owner() == Some(user_id) {
                        change_owner(tx, id, heir).await?;
                    }
                    let version = raise_version(tx, &chat).await?;
                    Ok(self.outbox.enqueue(tx, &MemberLeft { chat_id: id, user_id, version }).await?)
                })
            })
            .await
    }
}
