//! Friendships.

use crate::app::App;
use crate::application::Error;
use crate::application::commands::remove_friend::RemoveFriend;
use securechat_auth_verify::User;
use securechat_contracts::Permission;
use securechat_contracts::dto::FriendshipView;
use securechat_http_kit::{ApiError, Extracted, Json, NoContent, Route, any_of, page, path_id, respond, user};
use securechat_kernel::{FriendshipId, PageRequest, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use warp::{Filter, reply::Reply};

pub(super) fn routes(app: &App) -> Route {
    any_of([list_route(app), list_of_route(app), by_id_route(app), remove_route(app)])
}

/// One page of friendships.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FriendshipPage {
    items: Vec<FriendshipView>,
    /// Pass it as `cursor` to read on; null on the last page.
    next_cursor: Option<String>,
}

fn list_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "friendships")
        .and(warp::get())
        .and(user(&app.verifier))
        .and(page())
        .then(move |who, page| respond("GET /api/users/friendships", list(app.clone(), who, page)))
        .boxed()
}

/// Everybody's friendships, for who may manage people.
#[utoipa::path(get, path = "/api/users/friendships", tag = "users", security(("bearer" = [])),
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = FriendshipPage)))]
pub(super) async fn list(app: App, who: Extracted<User>, page: Extracted<PageRequest>) -> Result<impl Reply, ApiError> {
    who?.require(Permission::UsersManage)?;
    read(&app, None, &page?).await
}

fn list_of_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / String / "friendships")
        .and(warp::get())
        .and(user(&app.verifier))
        .and(page())
        .then(move |id, who, page| respond("GET /api/users/{id}/friendships", list_of(app.clone(), id, who, page)))
        .boxed()
}

/// Somebody's friendships: one's own, or anybody's for who may manage people.
#[utoipa::path(get, path = "/api/users/{id}/friendships", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = FriendshipPage)))]
pub(super) async fn list_of(
    app: App,
    id: String,
    who: Extracted<User>,
    page: Extracted<PageRequest>,
) -> Result<impl Reply, ApiError> {
    let id: UserId = path_id(&id)?;
    who?.require_self_or(id, Permission::UsersManage)?;
    read(&app, Some(id), &page?).await
}

async fn read(app: &App, of: Option<UserId>, page: &PageRequest) -> Result<Json<FriendshipPage>, ApiError> {
    let page = app.read.friendships(of, page).await?;
    Ok(Json(FriendshipPage { items: page.items, next_cursor: page.next_cursor }))
}

fn by_id_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "friendships" / String)
        .and(warp::get())
        .and(user(&app.verifier))
        .then(move |id, who| respond("GET /api/users/friendships/{id}", by_id(app.clone(), id, who)))
        .boxed()
}

/// One friendship, for the friends and who may manage people.
#[utoipa::path(get, path = "/api/users/friendships/{id}", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = FriendshipView)))]
pub(super) async fn by_id(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    let who = who?;
    let id: FriendshipId = path_id(&id)?;
    let view = app.read.friendship(id).await.map_err(Error::from)?.ok_or(Error::NoSuchFriendship)?;
    let party = view.users.iter().any(|friend| friend.id == who.id);
    if party || who.may(Permission::UsersManage) { Ok(Json(view)) } else { Err(Error::BetweenOthers.into()) }
}

fn remove_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "friendships" / String)
        .and(warp::delete())
        .and(user(&app.verifier))
        .then(move |id, who| respond("DELETE /api/users/friendships/{id}", remove(app.clone(), id, who)))
        .boxed()
}

/// End a friendship, as one of the friends.
#[utoipa::path(delete, path = "/api/users/friendships/{id}", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 204)))]
pub(super) async fn remove(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    let by = who?.id;
    app.remove_friend(&RemoveFriend { id: path_id(&id)?, by }).await?;
    Ok(NoContent)
}
