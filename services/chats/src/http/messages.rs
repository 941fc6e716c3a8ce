//! `/api/chats/{id}/messages` and the read marker.

use crate::{
    app::{App, Range},
    model::MessageText,
};
use http::StatusCode;
use securechat_auth_verify::User;
use securechat_contracts::dto::{MessageView, ReadMarker};
use securechat_http_kit::{ApiError, BODY_MAX, Extracted, Json, Route, any_of, json, path_id, query, respond, user};
use securechat_kernel::{MessageId, PageRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use warp::{Filter, reply::Reply};

pub(super) fn routes(app: &App) -> Route {
    any_of([history_route(app), send_route(app), mark_read_route(app)])
}

/// A message to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SendMessage {
    /// Made by the client: sending again with the same id makes no second message.
    #[schema(value_type = uuid::Uuid)]
    id: MessageId,
    /// 1 to 4,000 characters.
    text: String,
}

/// How far one has read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkRead {
    /// Up to and including this message.
    seq: u64,
}

/// Which messages.
#[derive(Deserialize)]
struct Asked {
    before: Option<u64>,
    after: Option<u64>,
    limit: Option<u32>,
}

/// A part of a chat's history.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageList {
    /// Ascending by `seq`.
    items: Vec<MessageView>,
    /// The chat's last message.
    last_seq: u64,
}

fn history_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / String / "messages")
        .and(warp::get())
        .and(user(&app.verifier))
        .and(query::<Asked>())
        .then(move |id, who, asked: Extracted<Asked>| {
            let parts = asked.map(|asked| (asked.before, asked.after, asked.limit));
            respond("GET /api/chats/{id}/messages", history(app.clone(), id, who, parts))
        })
        .boxed()
}

type Parts = (Option<u64>, Option<u64>, Option<u32>);

/// Messages before or after a number; without either the newest ones.
#[utoipa::path(get, path = "/api/chats/{id}/messages", tag = "chats", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path), ("before" = Option<u64>, Query), ("after" = Option<u64>, Query),
           ("limit" = Option<u32>, Query)),
    responses((status = 200, body = MessageList)))]
pub(super) async fn history(
    app: App,
    id: String,
    who: Extracted<User>,
    asked: Extracted<Parts>,
) -> Result<impl Reply, ApiError> {
    let (who, (before, after, limit)) = (who?, asked?);
    let page = PageRequest::parse(limit, None).map_err(|error| ApiError::invalid_field("?limit", error.to_string()))?;
    let range = match (before, after) {
        (None, None) => Range::Newest,
        (Some(seq), None) => Range::Before(seq),
        (None, Some(seq)) => Range::After(seq),
        (Some(_), Some(_)) => return Err(ApiError::invalid_field("?after", "name before or after, not both")),
    };
    let (items, last_seq) = app.history(who.id, path_id(&id)?, range, page.limit()).await?;
    Ok(Json(MessageList { items, last_seq }))
}

fn send_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / String / "messages")
        .and(warp::post())
        .and(user(&app.verifier))
        .and(json::<SendMessage>(BODY_MAX))
        .then(move |id, who, body| respond("POST /api/chats/{id}/messages", send(app.clone(), id, who, body)))
        .boxed()
}

/// Send a message.
#[utoipa::path(post, path = "/api/chats/{id}/messages", tag = "chats", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), request_body = SendMessage,
    responses((status = 201, body = MessageView), (status = 200, body = MessageView, description = "It was sent before")))]
pub(super) async fn send(
    app: App,
    id: String,
    who: Extracted<User>,
    body: Extracted<SendMessage>,
) -> Result<impl Reply, ApiError> {
    let (who, body) = (who?.into(), body?);
    let text = MessageText::parse(&body.text).map_err(|error| ApiError::invalid_field("/text", error.to_string()))?;
    let sent = app.send(&who, path_id(&id)?, body.id, &text).await?;
    Ok(warp::reply::with_status(Json(sent.message), if sent.is_new { StatusCode::CREATED } else { StatusCode::OK }))
}

fn mark_read_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / String / "read-marker")
        .and(warp::put())
        .and(user(&app.verifier))
        .and(json::<MarkRead>(BODY_MAX))
        .then(move |id, who, body| respond("PUT /api/chats/{id}/read-marker", mark_read(app.clone(), id, who, body)))
        .boxed()
}

/// Say how far one has read; the marker never moves back.
#[utoipa::path(put, path = "/api/chats/{id}/read-marker", tag = "chats", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), request_body = MarkRead, responses((status = 200, body = ReadMarker)))]
pub(super) async fn mark_read(
    app: App,
    id: String,
    who: Extracted<User>,
    body: Extracted<MarkRead>,
) -> Result<impl Reply, ApiError> {
    Ok(Json(app.mark_read(who?.id, path_id(&id)?, body?.seq).await?))
}
