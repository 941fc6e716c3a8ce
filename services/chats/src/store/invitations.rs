use super::Store;
use securechat_contracts::dto::{InvitationState, InvitationView, PersonRef};
use securechat_db::{Connection, Result};
use securechat_kernel::{ChatId, InvitationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

/// An invitation to be stored.
#[derive(Debug)]
pub(crate) struct NewInvitation {
    pub(crate) id: InvitationId,
    pub(crate) chat: ChatId,
    pub(crate) inviter: UserId,
    pub(crate) invitee: UserId,
    pub(crate) created_at: OffsetDateTime,
}

/// An invitation as it is stored.
#[derive(Debug, sqlx::FromRow)]
struct InvitationRow {
    id: Uuid,
    chat_id: Uuid,
    chat_name: Option<String>,
    inviter_id: Uuid,
    inviter_name: Option<String>,
    invitee_id: Uuid,
    state: String,
    created_at: OffsetDateTime,
}

impl From<InvitationRow> for InvitationView {
    fn from(row: InvitationRow) -> Self {
        Self {
            id: InvitationId(row.id),
            chat_id: ChatId(row.chat_id),
            chat_name: row.chat_name.unwrap_or_default(),
            inviter: PersonRef { id: UserId(row.inviter_id), user_name: row.inviter_name.unwrap_or_default() },
            invitee_id: UserId(row.invitee_id),
            state: state(&row.state),
            created_at: row.created_at,
        }
    }
}

fn state(name: &str) -> InvitationState {
    match name {
        "pending" => InvitationState::Pending,
        "accepted" => InvitationState::Accepted,
        _ => InvitationState::Declined,
    }
}

fn state_name(state: InvitationState) -> &'static str {
    match state {
        InvitationState::Pending => "pending",
        InvitationState::Accepted => "accepted",
        InvitationState::Declined => "declined",
    }
}

const SELECT: &str = "SELECT i.id, i.chat_id, c.name AS chat_name, i.inviter_id, p.user_name AS inviter_name,
                             i.invitee_id, i.state, i.created_at
                      FROM invitations i JOIN chats c ON c.id = i.chat_id LEFT JOIN people p ON p.user_id = i.inviter_id";

impl NewInvitation {
    pub(crate) async fn insert(&self, connection: &mut Connection) -> Result<()> {
        sqlx::query(
            "INSERT INTO invitations (id, chat_id, inviter_id, invitee_id, state, is_pending, created_at)
             VALUES (?, ?, ?, ?, 'pending', TRUE, ?)",
        )
        .bind(self.id.0)
        .bind(self.chat.0)
        .bind(self.inviter.0)
        .bind(self.invitee.0)
        .bind(self.created_at)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// The invitation, locked until the transaction ends.
pub(crate) async fn lock_invitation(connection: &mut Connection, id: InvitationId) -> Result<Option<InvitationView>> {
    sqlx::query("SELECT id FROM invitations WHERE id = ? FOR UPDATE")
        .bind(id.0)
        .fetch_optional(&mut *connection)
        .await?;
    let query = sqlx::query_as::<_, InvitationRow>(sqlx::AssertSqlSafe(format!("{SELECT} WHERE i.id = ?")));
    Ok(query.bind(id.0).fetch_optional(connection).await?.map(Into::into))
}

pub(crate) async fn answer_invitation(
    connection: &mut Connection,
    id: InvitationId,
    state: InvitationState,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query("UPDATE invitations SET state = ?, is_pending = NULL, answered_at = ? WHERE id = ?")
        .bind(state_name(state))
        .bind(now)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    pub(crate) async fn invitation(&self, id: InvitationId) -> Result<Option<InvitationView>> {
        let query = sqlx::query_as::<_, InvitationRow>(sqlx::AssertSqlSafe(format!("{SELECT} WHERE i.id = ?")));
        Ok(query.bind(id.0).fetch_optional(&self.pool).await?.map(Into::into))
    }

    /// The invitations that wait for `invitee`, the newest first.
    pub(crate) async fn pending_invitations(&self, invitee: UserId) -> Result<Vec<InvitationView>> {
        let sql = format!("{SELECT} WHERE i.invitee_id = ? AND i.is_pending = TRUE ORDER BY i.id DESC");
        let query = sqlx::query_as::<_, InvitationRow>(sqlx::AssertSqlSafe(sql));
        Ok(query.bind(invitee.0).fetch_all(&self.pool).await?.into_iter().map(Into::into).collect())
    }
}
