//! `/api/session/sessions`: the history, and presence for clients without a hub connection. (W-37)

use crate::{app::App, store::Span};
use securechat_auth_verify::User;
use securechat_http_kit::{
    ApiError, BODY_MAX, Created, Extracted, Json, NoContent, Route, json, page, path_id, respond, user,
};
use securechat_kernel::{ConnectionId, Page, PageRequest, SessionId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use warp::Filter;

/// One span of presence: from somebody's first connection to her last.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpanView {
    #[schema(value_type = uuid::Uuid)]
    id: SessionId,
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// Absent while it lasts.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    ended_at: Option<OffsetDateTime>,
}

/// A page of one's own spans.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PageOfSpans)]
pub(crate) struct PageOfSpans {
    items: Vec<SpanView>,
    next_cursor: Option<String>,
}

/// Body of the create operation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewSession {
    /// Made by the client; creating it again refreshes it.
    #[schema(value_type = uuid::Uuid)]
    id: ConnectionId,
}

/// A live session.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LiveSession {
    #[schema(value_type = uuid::Uuid)]
    id: ConnectionId,
    /// When it is gone unless refreshed.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

pub(super) fn list(app: &App) -> Route {
    let verifier = app.verifier.clone();
    let app = app.clone();
    warp::path!("api" / "session" / "sessions")
        .and(warp::get())
        .and(user(&verifier))
        .and(page())
        .then(move |who, page| respond("GET /api/session/sessions", handle_list(app.clone(), who, page)))
        .boxed()
}

/// One's own history, newest first. (W-36)
#[utoipa::path(
    get, path = "/api/session/sessions", tag = "session", security(("bearer" = [])),
    params(("limit" = Option<u32>, Query, minimum = 1, maximum = 100), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page", body = PageOfSpans))
)]
pub(super) async fn handle_list(
    app: App,
    who: Extracted<User>,
    page: Extracted<PageRequest>,
) -> Result<Json<Page<SpanView>>, ApiError> {
    let (who, page) = (who?, page?);
    let spans = app.history(who.id, &page).await?;
    let view = |span: Span| SpanView { id: span.id, started_at: span.started_at, ended_at: span.ended_at };
    Ok(Json(spans.map(view)))
}

pub(super) fn create(app: &App) -> Route {
    let verifier = app.verifier.clone();
    let app = app.clone();
    warp::path!("api" / "session" / "sessions")
        .and(warp::post())
        .and(user(&verifier))
        .and(json::<NewSession>(BODY_MAX))
        .then(move |who, body| respond("POST /api/session/sessions", handle_create(app.clone(), who, body)))
        .boxed()
}

/// Says that somebody is there; it counts as a connection until it is ended or not refreshed.
#[utoipa::path(
    post, path = "/api/session/sessions", tag = "session", security(("bearer" = [])), request_body = NewSession,
    responses((status = 201, description = "It lives", body = LiveSession))
)]
pub(super) async fn handle_create(
    app: App,
    who: Extracted<User>,
    body: Extracted<NewSession>,
) -> Result<Created<LiveSession>, ApiError> {
    let (who, id) = (who?, body?.id);
    let expires_at = app.create(who.id, id).await?;
    Ok(Created { location: format!("/api/session/sessions/{id}"), body: LiveSession { id, expires_at } })
}

pub(super) fn refresh(app: &App) -> Route {
    let verifier = app.verifier.clone();
    let app = app.clone();
    warp::path!("api" / "session" / "sessions" / String / "refresh")
        .and(warp::post())
        .and(user(&verifier))
        .then(move |id, who| respond("POST /api/session/sessions/{id}/refresh", handle_refresh(app.clone(), id, who)))
        .boxed()
}

/// Keeps one's own live session alive, and counts as activity.
#[utoipa::path(
    post, path = "/api/session/sessions/{id}/refresh", tag = "session", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "Refreshed"), (status = 404, description = "None of one's own lives"))
)]
pub(super) async fn handle_refresh(app: App, id: String, who: Extracted<User>) -> Result<NoContent, ApiError> {
    let who = who?;
    app.refresh(who.id, path_id(&id)?).await?;
    Ok(NoContent)
}

pub(super) fn end(app: &App) -> Route {
    let verifier = app.verifier.clone();
    let app = app.clone();
    warp::path!("api" / "session" / "sessions" / String)
        .and(warp::delete())
        .and(user(&verifier))
        .then(move |id, who| respond("DELETE /api/session/sessions/{id}", handle_end(app.clone(), id, who)))
        .boxed()
}

/// Ends one's own live session.
#[utoipa::path(
    delete, path = "/api/session/sessions/{id}", tag = "session", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "Ended"), (status = 404, description = "None of one's own lives"))
)]
pub(super) async fn handle_end(app: App, id: String, who: Extracted<User>) -> Result<NoContent, ApiError> {
    let who = who?;
    app.end(who.id, path_id(&id)?).await?;
    Ok(NoContent)
}
