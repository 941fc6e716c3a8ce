use super::MySqlUnitOfWork;
use super::unit_of_work::{state_of, unreadable};
use crate::application::Error;
use securechat_kernel::FriendshipRequestId;
use securechat_users_domain::repository::FriendshipRequests;
use securechat_users_domain::{FriendshipRequest, Pair, RequestState, RuleBroken};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    requester_id: Uuid,
    requestee_id: Uuid,
    state: String,
    version: u64,
    created_at: OffsetDateTime,
    modified_at: OffsetDateTime,
}

impl FriendshipRequests for MySqlUnitOfWork<'_> {
    type Error = Error;

    async fn request(&mut self, id: FriendshipRequestId) -> Result<Option<FriendshipRequest>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT requester_id, requestee_id, state, version, created_at, modified_at
             FROM friendship_requests WHERE id = ?",
        )
        .bind(id.0)
        .fetch_optional(&mut *self.connection)
        .await
        .map_err(securechat_db::Error::from)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(FriendshipRequest {
            id,
            requester: row.requester_id.into(),
            requestee: row.requestee_id.into(),
            state: parse_state(&row.state)?,
            version: row.version,
            created_at: row.created_at,
            modified_at: row.modified_at,
        }))
    }

    async fn add_request(&mut self, request: &FriendshipRequest) -> Result<(), Error> {
        let pair = Pair::of(request.requester, request.requestee)?;
        sqlx::query(
            "INSERT INTO friendship_requests
             (id, requester_id, requestee_id, low_id, high_id, state, pending, version, created_at, modified_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(request.id.0)
        .bind(request.requester.0)
        .bind(request.requestee.0)
        .bind(pair.low().0)
        .bind(pair.high().0)
        .bind(state_of(request.state).as_str())
        .bind(pending(request))
        .bind(request.version)
        .bind(request.created_at)
        .bind(request.modified_at)
        .execute(&mut *self.connection)
        .await
        .map_err(|error| forbidden(error.into()))?;
        Ok(())
    }

    async fn save_request(&mut self, request: &FriendshipRequest) -> Result<(), Error> {
        sqlx::query("UPDATE friendship_requests SET state = ?, pending = ?, version = ?, modified_at = ? WHERE id = ?")
            .bind(state_of(request.state).as_str())
            .bind(pending(request))
            .bind(request.version)
            .bind(request.modified_at)
            .bind(request.id.0)
            .execute(&mut *self.connection)
            .await
            .map_err(securechat_db::Error::from)?;
        Ok(())
    }
}

fn pending(request: &FriendshipRequest) -> Option<u8> {
    (request.state == RequestState::Pending).then_some(1)
}

fn parse_state(text: &str) -> Result<RequestState, Error> {
    [RequestState::Pending, RequestState::Accepted, RequestState::Rejected, RequestState::Cancelled]
        .into_iter()
        .find(|state| state_of(*state).as_str() == text)
        .ok_or_else(|| unreadable(format!("'{text}' is no state of a friendship request")).into())
}

/// What the database knows better than the aggregate, by the name of its constraint.
fn forbidden(error: securechat_db::Error) -> Error {
    match error.constraint() {
        Some("PRIMARY") => Error::IdReused,
        Some("uq_friendship_requests_pending") => RuleBroken::RequestPending.into(),
        _ => error.into(),
    }
}
