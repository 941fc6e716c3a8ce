use super::ReadModel;
use super::unit_of_work::unreadable;
use crate::application::Error;
use crate::application::queries::cursor::Cursor;
use crate::application::queries::{Direction, RequestFilter};
use securechat_contracts::dto::{FriendshipRequestState, FriendshipRequestView, PersonRef};
use securechat_db::Result;
use securechat_kernel::{FriendshipRequestId, Page, PageRequest};
use sqlx::{MySql, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    requester_id: Uuid,
    requester_name: String,
    requestee_id: Uuid,
    requestee_name: String,
    state: String,
    created_at: OffsetDateTime,
    modified_at: OffsetDateTime,
}

/// Each side is joined by its own id, so a name can't land on the wrong side. (B-28)
const REQUESTS: &str = "SELECT r.id, r.requester_id, asking.user_name AS requester_name, r.requestee_id,
                               asked.user_name AS requestee_name, r.state, r.created_at, r.modified_at
                        FROM friendship_requests r
                        JOIN users asking ON asking.id = r.requester_id
                        JOIN users asked ON asked.id = r.requestee_id WHERE TRUE";

impl ReadModel {
    /// One request.
    pub(crate) async fn request(&self, id: FriendshipRequestId) -> Result<Option<FriendshipRequestView>> {
        let mut query = QueryBuilder::<MySql>::new(REQUESTS);
        query.push(" AND r.id = ").push_bind(id.0);
        let row: Option<Row> = query.build_query_as().fetch_optional(&self.pool).await?;
        row.map(view).transpose()
    }

    /// Requests, the newest first. (W-28, B-16)
    pub(crate) async fn requests(
        &self,
        filter: &RequestFilter,
        page: &PageRequest,
    ) -> Result<Page<FriendshipRequestView>, Error> {
        let mut query = QueryBuilder::<MySql>::new(REQUESTS);
        if let Some(user) = filter.of {
            match filter.direction {
                Direction::Incoming => query.push(" AND r.requestee_id = ").push_bind(user.0),
                Direction::Outgoing => query.push(" AND r.requester_id = ").push_bind(user.0),
                Direction::Both => query
                    .push(" AND (r.requester_id = ")
                    .push_bind(user.0)
                    .push(" OR r.requestee_id = ")
                    .push_bind(user.0)
                    .push(")"),
            };
        }
        if let Some(state) = filter.state {
            query.push(" AND r.state = ").push_bind(state.as_str());
        }
        if let Some(cursor) = page.cursor() {
            let cursor = Cursor::decode(cursor)?;
            query.push(" AND (r.created_at, r.id) < (").push_bind(cursor.time()?).push(", ").push_bind(cursor.id);
            query.push(")");
        }
        query.push(" ORDER BY r.created_at DESC, r.id DESC LIMIT ").push_bind(page.limit() + 1);
        let rows: Vec<Row> = query.build_query_as().fetch_all(&self.pool).await.map_err(securechat_db::Error::from)?;
        let views = rows.into_iter().map(view).collect::<Result<Vec<_>>>()?;
        Ok(Page::from_rows(views, page.limit(), |view| Cursor::at(view.created_at, view.id.0).encode()))
    }
}

fn view(row: Row) -> Result<FriendshipRequestView> {
    use FriendshipRequestState as State;
    let state = [State::Pending, State::Accepted, State::Rejected, State::Cancelled]
        .into_iter()
        .find(|state| state.as_str() == row.state)
        .ok_or_else(|| unreadable(format!("'{}' is no state of a friendship request", row.state)))?;
    Ok(FriendshipRequestView {
        id: row.id.into(),
        requester: PersonRef { id: row.requester_id.into(), user_name: row.requester_name },
        requestee: PersonRef { id: row.requestee_id.into(), user_name: row.requestee_name },
        state,
        created_at: row.created_at,
        modified_at: row.modified_at,
    })
}
