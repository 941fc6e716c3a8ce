//! All SQL of the service.

mod chats;
mod invitations;
mod members;
mod messages;
mod projections;

pub(crate) use chats::{ChatRow, NewChat, delete_chat, lock_chat, raise_version};
pub(crate) use invitations::{NewInvitation, answer_invitation, lock_invitation};
pub(crate) use members::{add_member, change_owner, is_member, longest_member, member_ids, remove_member};
pub(crate) use messages::{NewMessage, insert_message, move_read_marker, sent_message, unread};

use securechat_db::{Pool, Result};

/// The schema `chats`.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) pool: Pool,
}

impl Store {
    /// Whether the server answers.
    pub(crate) async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}

/// `?, ?, ?` — as many as there are values.
fn placeholders(count: usize) -> String {
    vec!["?"; count].join(", ")
}
