//! `/api/chats`: chats and their members.

use crate::{
    app::App,
    model::{ChatView, MemberView, RoomName},
};
use http::StatusCode;
use securechat_auth_verify::User;
use securechat_http_kit::{
    ApiError, BODY_MAX, Created, Extracted, Json, NoContent, Route, any_of, json, page, path_id, respond, user,
};
use securechat_kernel::{ChatId, PageRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use warp::{
    Filter,
    reply::{Reply, Response},
};

pub(super) fn routes(app: &App) -> Route {
    any_of([
        list_route(app),
        private_route(app),
        room_route(app),
        members_route(app),
        leave_route(app),
        one_route(app),
        delete_route(app),
    ])
}

/// A room to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewRoom {
    /// Made by the client: asking again with the same id makes no second room.
    #[schema(value_type = Option<uuid::Uuid>)]
    id: Option<ChatId>,
    /// 1 to 80 characters.
    name: String,
}

/// All chats of a person.
#[derive(Serialize, ToSchema)]
pub(super) struct ChatList {
    /// The one with the newest message first.
    items: Vec<ChatView>,
}

/// A page of members.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the schema of Page<MemberView>")]
pub(super) struct MemberPage {
    items: Vec<MemberView>,
    next_cursor: Option<String>,
}

fn list_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats")
        .and(warp::get())
        .and(user(&app.verifier))
        .then(move |who| respond("GET /api/chats", list(app.clone(), who)))
        .boxed()
}

/// One's own chats.
#[utoipa::path(get, path = "/api/chats", tag = "chats", security(("bearer" = [])),
    responses((status = 200, body = ChatList)))]
pub(super) async fn list(app: App, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    Ok(Json(ChatList { items: app.chats(who?.id).await? }))
}

fn private_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / "private" / String)
        .and(warp::put())
        .and(user(&app.verifier))
        .then(move |friend, who| respond("PUT /api/chats/private/{userId}", private(app.clone(), friend, who)))
        .boxed()
}

/// The private chat with a friend: made when there is none.
#[utoipa::path(put, path = "/api/chats/private/{userId}", tag = "chats", security(("bearer" = [])),
    params(("userId" = uuid::Uuid, Path)),
    responses((status = 200, body = ChatView), (status = 201, body = ChatView)))]
pub(super) async fn private(app: App, friend: String, who: Extracted<User>) -> Result<Response, ApiError> {
    let who = who?.into();
    let (chat, made) = app.private_chat(&who, path_id(&friend)?).await?;
    Ok(answer(chat, made))
}

fn answer(chat: ChatView, made: bool) -> Response {
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/api/chats/{}", chat.id);
    warp::reply::with_status(Created { location, body: chat }, status).into_response()
}

fn room_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / "rooms")
        .and(warp::post())
        .and(user(&app.verifier))
        .and(json::<NewRoom>(BODY_MAX))
        .then(move |who, body| respond("POST /api/chats/rooms", room(app.clone(), who, body)))
        .boxed()
}

/// Make a room.
#[utoipa::path(post, path = "/api/chats/rooms", tag = "chats", security(("bearer" = [])), request_body = NewRoom,
    responses((status = 201, body = ChatView), (status = 200, body = ChatView)))]
pub(super) async fn room(app: App, who: Extracted<User>, body: Extracted<NewRoom>) -> Result<Response, ApiError> {
    let (who, body) = (who?.into(), body?);
    let name = RoomName::parse(&body.name).map_err(|error| ApiError::invalid_field("/name", error.to_string()))?;
    let (chat, made) = app.create_room(&who, body.id, &name).await?;
    Ok(answer(chat, made))
}

fn one_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / String)
        .and(warp::get())
        .and(user(&app.verifier))
        .then(move |id, who| respond("GET /api/chats/{id}", one(app.clone(), id, who)))
        .boxed()
}

/// One of one's own chats.
#[utoipa::path(get, path = "/api/chats/{id}", tag = "chats", security(("bearer" = [])), params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = ChatView)))]
pub(super) async fn one(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    Ok(Json(app.chat(who?.id, path_id(&id)?).await?))
}

fn delete_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / String)
        .and(warp::delete())
        .and(user(&app.verifier))
        .then(move |id, who| respond("DELETE /api/chats/{id}", delete(app.clone(), id, who)))
        .boxed()
}

/// Delete a room with all its messages: for its owner, and for moderators.
#[utoipa::path(delete, path = "/api/chats/{id}", tag = "chats", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 204)))]
pub(super) async fn delete(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    app.delete(&who?.into(), path_id(&id)?).await?;
    Ok(NoContent)
}

fn members_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / String / "members")
        .and(warp::get())
        .and(user(&app.verifier))
        .and(page())
        .then(move |id, who, page| respond("GET /api/chats/{id}/members", members(app.clone(), id, who, page)))
        .boxed()
}

/// The members of one of one's own chats.
#[utoipa::path(get, path = "/api/chats/{id}/members", tag = "chats", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MemberPage)))]
pub(super) async fn members(
    app: App,
    id: String,
    who: Extracted<User>,
    page: Extracted<PageRequest>,
) -> Result<impl Reply, ApiError> {
    Ok(Json(app.members(who?.id, path_id(&id)?, &page?).await?))
}

fn leave_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / String / "members" / "me")
        .and(warp::delete())
        .and(user(&app.verifier))
        .then(move |id, who| respond("DELETE /api/chats/{id}/members/me", leave(app.clone(), id, who)))
        .boxed()
}

/// Leave a room.
#[utoipa::path(delete, path = "/api/chats/{id}/members/me", tag = "chats", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 204)))]
pub(super) async fn leave(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    app.leave(&who?.into(), path_id(&id)?).await?;
    Ok(NoContent)
}
