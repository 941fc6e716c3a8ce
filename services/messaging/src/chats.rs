//! Calls to `chats`, on behalf of the person whose connection it is.

use securechat_auth_verify::{Peer, PeerError};
use securechat_contracts::dto::{
    MarkReadFor, Memberships, MembershipsOf, MembershipsRequest, MessageView, ReadMarker, SendMessageFor, SyncFor,
    Synced,
};
use securechat_kernel::{ChatId, UserId};

/// At most so many people are asked about at once.
pub(crate) const PEOPLE_MAX: usize = 500;

#[derive(Clone)]
pub(crate) struct Chats(pub(crate) Peer);

impl Chats {
    pub(crate) async fn send(&self, chat: ChatId, message: &SendMessageFor) -> Result<MessageView, PeerError> {
        self.0.post(&format!("/internal/chats/{chat}/messages"), message).await
    }

    pub(crate) async fn mark_read(&self, chat: ChatId, mark: &MarkReadFor) -> Result<ReadMarker, PeerError> {
        self.0.post(&format!("/internal/chats/{chat}/read-marker"), mark).await
    }

    pub(crate) async fn sync(&self, sync: &SyncFor) -> Result<Synced, PeerError> {
        self.0.post("/internal/chats/sync", sync).await
    }

    pub(crate) async fn memberships(&self, user_ids: Vec<UserId>) -> Result<Vec<MembershipsOf>, PeerError> {
        let answer: Memberships = self.0.post("/internal/chats/memberships", &MembershipsRequest { user_ids }).await?;
        Ok(answer.memberships)
    }
}
