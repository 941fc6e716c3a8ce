//! Inviting friends to a room.

use super::{App, require};
use crate::{
    error::Error,
    model::{ChatKind, Pair, Person},
    store::{NewInvitation, add_member, answer_invitation, is_member, lock_chat, lock_invitation, raise_version},
};
use securechat_contracts::{
    Permission,
    dto::{InvitationState, InvitationView},
    event::{InvitationAnswered, InvitationCreated, MemberJoined},
};
use securechat_db::{Connection, work};
use securechat_kernel::{ChatId, InvitationId, UserId};

/// What the invitee says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Accept,
    Decline,
}

impl App {
    /// Invites a friend; asking again with the same id yields the same invitation.
    pub(crate) async fn invite(
        &self,
        who: &Person,
        chat: ChatId,
        id: Option<InvitationId>,
        invitee: UserId,
    ) -> Result<(InvitationView, bool), Error> {
        require(who, Permission::ChatsCreate)?;
        self.store.read_seq(chat, who.id).await?.ok_or(Error::NoChat)?;
        let id = id.unwrap_or_else(|| InvitationId(self.ids.uuid_v7()));
        if let Some(known) = self.store.invitation(id).await? {
            let same = known.chat_id == chat && known.inviter.id == who.id && known.invitee_id == invitee;
            return if same { Ok((known, false)) } else { Err(Error::IdReused) };
        }
        if invitee == who.id {
            return Err(Error::AlreadyMember);
        }
        self.require_friends(Pair::of(who.id, invitee).ok_or(Error::AlreadyMember)?).await?;
        self.person(who.id).await?;
        self.person(invitee).await?;
        let new = NewInvitation { id, chat, inviter: who.id, invitee, created_at: self.clock.now() };
        let invitation = self.store_invitation(&new).await?;
        Ok((invitation, true))
    }

    async fn store_invitation(&self, new: &NewInvitation) -> Result<InvitationView, Error> {
        let stored = self
            .outbox
            .transaction(|tx| {
                work(async move {
                    let chat = lock_chat(tx, new.chat).await?.ok_or(Error::NoChat)?;
                    if chat.kind() != ChatKind::Room {
                        return Err(Error::NotARoom);
                    }
                    if !is_member(tx, new.chat, new.inviter).await? {
                        return Err(Error::NoChat);
                    }
                    if is_member(tx, new.chat, new.invitee).await? {
                        return Err(Error::AlreadyMember);
                    }
                    new.insert(tx).await?;
                    let invitation = lock_invitation(tx, new.id).await?.ok_or(Error::NoInvitation)?;
                    let event = InvitationCreated { invitation_id: new.id, invitation: invitation.clone() };
                    self.outbox.enqueue(tx, &event).await?;
                    Ok(invitation)
                })
            })
            .await;
        match stored {
            Err(Error::Database(error)) if error.constraint() == Some("uq_invitations_pending") => {
                Err(Error::AlreadyInvited)
            }
            stored => stored,
        }
    }

    /// The invitations that wait for a person.
    pub(crate) async fn invitations(&self, who: UserId) -> Result<Vec<InvitationView>, Error> {
        Ok(self.store.pending_invitations(who).await?)
    }

    /// The invitee accepts or declines.
    pub(crate) async fn answer(&self, who: UserId, id: InvitationId, answer: Answer) -> Result<InvitationView, Error> {
        self.person(who).await?;
        self.outbox
            .transaction(|tx| {
                work(async move {
                    let mut invitation = lock_invitation(tx, id).await?.ok_or(Error::NoInvitation)?;
                    if invitation.invitee_id != who {
                        return Err(Error::NoInvitation);
                    }
                    if invitation.state != InvitationState::Pending {
                        return Err(Error::AlreadyAnswered);
                    }
                    invitation.state = match answer {
                        Answer::Accept => InvitationState::Accepted,
                        Answer::Decline => InvitationState::Declined,
                    };
                    answer_invitation(tx, id, invitation.state, self.clock.now()).await?;
                    if answer == Answer::Accept {
                        self.join(tx, invitation.chat_id, who).await?;
                    }
                    let event = InvitationAnswered { invitation_id: id, invitation: invitation.clone() };
                    self.outbox.enqueue(tx, &event).await?;
                    Ok(invitation)
                })
            })
            .await
    }

    /// A new member starts with nothing unread: what was said before is history.
    async fn join(&self, tx: &mut Connection, chat_id: ChatId, user_id: UserId) -> Result<(), Error> {
        let chat = lock_chat(tx, chat_id).await?.ok_or(Error::NoChat)?;
        if add_member(tx, chat_id, user_id, chat.last_seq, self.clock.now()).await? {
            let version = raise_version(tx, &chat).await?;
            self.outbox.enqueue(tx, &MemberJoined { chat_id, user_id, version }).await?;
        }
        Ok(())
    }
}
