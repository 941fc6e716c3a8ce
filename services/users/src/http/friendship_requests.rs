//! Friendship requests: asking, and reading them.

use crate::app::App;
use crate::application::Error;
use crate::application::commands::send_friend_request::{SendFriendRequest, Sent};
use crate::application::queries::{Direction, RequestFilter};
use securechat_auth_verify::User;
use securechat_contracts::Permission;
use securechat_contracts::dto::{FriendshipRequestState, FriendshipRequestView};
use securechat_http_kit::{
    ApiError, BODY_MAX, Created, Extracted, Fields, Json, Route, any_of, json, path_id, query, respond, user,
};
use securechat_kernel::{FriendshipRequestId, PageRequest, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use warp::{
    Filter,
    reply::{Reply, Response},
};

pub(super) fn routes(app: &App) -> Route {
    any_of([create_route(app), create_of_route(app), list_route(app), list_of_route(app), by_id_route(app)])
}

/// A new request; the requester is the caller.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewFriendshipRequest {
    /// Made by the client, so that sending it again makes no second request; else made here.
    #[schema(value_type = Option<uuid::Uuid>)]
    id: Option<FriendshipRequestId>,
    /// Who is asked.
    #[schema(value_type = uuid::Uuid)]
    requestee_id: UserId,
}

/// One page of requests.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FriendshipRequestPage {
    items: Vec<FriendshipRequestView>,
    /// Pass it as `cursor` to read on; null on the last page.
    next_cursor: Option<String>,
}

/// Which requests: all that is given must hold.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Filters {
    /// `incoming` or `outgoing`; else both. Only with a person.
    direction: Option<String>,
    /// `pending`, `accepted`, `rejected` or `cancelled`; else all.
    state: Option<String>,
    /// 1 to 100; 25 otherwise.
    limit: Option<u32>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

impl Filters {
    fn parse(self, of: Option<UserId>) -> Result<(RequestFilter, PageRequest), ApiError> {
        use FriendshipRequestState::{Accepted, Cancelled, Pending, Rejected};
        let mut fields = Fields::default();
        let page = fields.take("?limit", PageRequest::parse(self.limit, self.cursor));
        let direction = match self.direction.as_deref() {
            None => Direction::Both,
            Some("incoming") if of.is_some() => Direction::Incoming,
            Some("outgoing") if of.is_some() => Direction::Outgoing,
            Some(_) => {
                fields.refuse("?direction", &"incoming or outgoing, and only for one person");
                Direction::Both
            }
        };
        let state = self.state.and_then(|text| {
            let state = [Pending, Accepted, Rejected, Cancelled].into_iter().find(|state| state.as_str() == text);
            fields.take("?state", state.ok_or("pending, accepted, rejected or cancelled"))
        });
        fields.finish(page.map(|page| (RequestFilter { of, direction, state }, page)))
    }
}

fn create_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "friendship-requests")
        .and(warp::post())
        .and(user(&app.verifier))
        .and(json::<NewFriendshipRequest>(BODY_MAX))
        .then(move |who, body| respond("POST /api/users/friendship-requests", create(app.clone(), who, body)))
        .boxed()
}

/// Ask somebody for friendship.
#[utoipa::path(post, path = "/api/users/friendship-requests", tag = "users", security(("bearer" = [])),
    request_body = NewFriendshipRequest, responses((status = 201, body = FriendshipRequestView),
    (status = 200, description = "the same request was made before", body = FriendshipRequestView)))]
pub(super) async fn create(
    app: App,
    who: Extracted<User>,
    body: Extracted<NewFriendshipRequest>,
) -> Result<impl Reply, ApiError> {
    ask(&app, &who?, body?).await
}

fn create_of_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / String / "friendship-requests")
        .and(warp::post())
        .and(user(&app.verifier))
        .and(json::<NewFriendshipRequest>(BODY_MAX))
        .then(move |id, who, body| {
            respond("POST /api/users/{id}/friendship-requests", create_of(app.clone(), id, who, body))
        })
        .boxed()
}

/// Ask somebody for friendship, as oneself. (B-08)
#[utoipa::path(post, path = "/api/users/{id}/friendship-requests", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), request_body = NewFriendshipRequest,
    responses((status = 201, body = FriendshipRequestView)))]
pub(super) async fn create_of(
    app: App,
    id: String,
    who: Extracted<User>,
    body: Extracted<NewFriendshipRequest>,
) -> Result<impl Reply, ApiError> {
    let who = who?;
    who.require_self(path_id(&id)?)?;
    ask(&app, &who, body?).await
}

async fn ask(app: &App, who: &User, body: NewFriendshipRequest) -> Result<Response, ApiError> {
    who.require(Permission::UsersViewOthers)?;
    let id = body.id.unwrap_or_else(|| app.ids.uuid_v7().into());
    let command = SendFriendRequest { id, requester: who.id, requestee: body.requestee_id };
    let sent = app.send_friend_request(&command).await.map_err(|error| match error {
        Error::NoSuchPerson => ApiError::invalid_field("/requesteeId", error.to_string()),
        error => error.into(),
    })?;
    let view = find(app, id).await?;
    Ok(match sent {
        Sent::New => Created { location: format!("/api/users/friendship-requests/{id}"), body: view }.into_response(),
        Sent::Before => Json(view).into_response(),
    })
}

/// The request as it is now.
pub(super) async fn find(app: &App, id: FriendshipRequestId) -> Result<FriendshipRequestView, Error> {
    app.read.request(id).await?.ok_or(Error::NoSuchRequest)
}

fn list_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "friendship-requests")
        .and(warp::get())
        .and(user(&app.verifier))
        .and(query::<Filters>())
        .then(move |who, filters| respond("GET /api/users/friendship-requests", list(app.clone(), who, filters)))
        .boxed()
}

/// Everybody's requests, for who may manage people.
#[utoipa::path(get, path = "/api/users/friendship-requests", tag = "users", security(("bearer" = [])), params(Filters),
    responses((status = 200, body = FriendshipRequestPage)))]
pub(super) async fn list(app: App, who: Extracted<User>, filters: Extracted<Filters>) -> Result<impl Reply, ApiError> {
    who?.require(Permission::UsersManage)?;
    read(&app, filters?, None).await
}

fn list_of_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / String / "friendship-requests")
        .and(warp::get())
        .and(user(&app.verifier))
        .and(query::<Filters>())
        .then(move |id, who, filters| {
            respond("GET /api/users/{id}/friendship-requests", list_of(app.clone(), id, who, filters))
        })
        .boxed()
}

/// Requests that somebody made or got: one's own, or anybody's for who may manage people.
#[utoipa::path(get, path = "/api/users/{id}/friendship-requests", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path), Filters), responses((status = 200, body = FriendshipRequestPage)))]
pub(super) async fn list_of(
    app: App,
    id: String,
    who: Extracted<User>,
    filters: Extracted<Filters>,
) -> Result<impl Reply, ApiError> {
    let id: UserId = path_id(&id)?;
    who?.require_self_or(id, Permission::UsersManage)?;
    read(&app, filters?, Some(id)).await
}

async fn read(app: &App, filters: Filters, of: Option<UserId>) -> Result<Json<FriendshipRequestPage>, ApiError> {
    let (filter, page) = filters.parse(of)?;
    let page = app.read.requests(&filter, &page).await?;
    Ok(Json(FriendshipRequestPage { items: page.items, next_cursor: page.next_cursor }))
}

fn by_id_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "friendship-requests" / String)
        .and(warp::get())
        .and(user(&app.verifier))
        .then(move |id, who| respond("GET /api/users/friendship-requests/{id}", by_id(app.clone(), id, who)))
        .boxed()
}

/// One request, for who made or got it and who may manage people.
#[utoipa::path(get, path = "/api/users/friendship-requests/{id}", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = FriendshipRequestView)))]
pub(super) async fn by_id(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    let who = who?;
    let view = find(&app, path_id(&id)?).await?;
    let party = view.requester.id == who.id || view.requestee.id == who.id;
    if party || who.may(Permission::UsersManage) { Ok(Json(view)) } else { Err(Error::BetweenOthers.into()) }
}
