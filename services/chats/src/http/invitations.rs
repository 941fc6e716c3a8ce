//! `/api/chats/…/invitations`.

use crate::app::{Answer, App};
use http::StatusCode;
use securechat_auth_verify::User;
use securechat_contracts::dto::InvitationView;
use securechat_http_kit::{ApiError, BODY_MAX, Extracted, Json, Route, any_of, json, path_id, respond, user};
use securechat_kernel::{InvitationId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use warp::{Filter, reply::Reply};

pub(super) fn routes(app: &App) -> Route {
    any_of([
        list_route(app),
        answer_route(app, "accept", Answer::Accept),
        answer_route(app, "decline", Answer::Decline),
        invite_route(app),
    ])
}

/// Who is to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewInvitation {
    /// Made by the client: asking again with the same id makes no second invitation.
    #[schema(value_type = Option<uuid::Uuid>)]
    id: Option<InvitationId>,
    /// A friend.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
}

/// The invitations that wait.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitationList {
    /// The newest first.
    items: Vec<InvitationView>,
}

fn invite_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / String / "invitations")
        .and(warp::post())
        .and(user(&app.verifier))
        .and(json::<NewInvitation>(BODY_MAX))
        .then(move |id, who, body| respond("POST /api/chats/{id}/invitations", invite(app.clone(), id, who, body)))
        .boxed()
}

/// Invite a friend to a room.
#[utoipa::path(post, path = "/api/chats/{id}/invitations", tag = "chats", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), request_body = NewInvitation,
    responses((status = 201, body = InvitationView), (status = 200, body = InvitationView)))]
pub(super) async fn invite(
    app: App,
    id: String,
    who: Extracted<User>,
    body: Extracted<NewInvitation>,
) -> Result<impl Reply, ApiError> {
    let (who, body) = (who?.into(), body?);
    let (invitation, made) = app.invite(&who, path_id(&id)?, body.id, body.user_id).await?;
    Ok(warp::reply::with_status(Json(invitation), if made { StatusCode::CREATED } else { StatusCode::OK }))
}

fn list_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / "invitations")
        .and(warp::get())
        .and(user(&app.verifier))
        .then(move |who| respond("GET /api/chats/invitations", list(app.clone(), who)))
        .boxed()
}

/// The invitations that wait for one's answer.
#[utoipa::path(get, path = "/api/chats/invitations", tag = "chats", security(("bearer" = [])),
    responses((status = 200, body = InvitationList)))]
pub(super) async fn list(app: App, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    Ok(Json(InvitationList { items: app.invitations(who?.id).await? }))
}

fn answer_route(app: &App, word: &'static str, answer: Answer) -> Route {
    let app = app.clone();
    warp::path!("api" / "chats" / "invitations" / String / ..)
        .and(warp::path(word))
        .and(warp::path::end())
        .and(warp::post())
        .and(user(&app.verifier))
        .then(move |id: String, who: Extracted<User>| {
            let app = app.clone();
            respond("POST /api/chats/invitations/{id}/{answer}", async move {
                match answer {
                    Answer::Accept => accept(app, id, who).await,
                    Answer::Decline => decline(app, id, who).await,
                }
            })
        })
        .boxed()
}

/// Accept an invitation: one is a member from now on.
#[utoipa::path(post, path = "/api/chats/invitations/{id}/accept", tag = "chats", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = InvitationView)))]
pub(super) async fn accept(app: App, id: String, who: Extracted<User>) -> Result<Json<InvitationView>, ApiError> {
    Ok(Json(app.answer(who?.id, path_id(&id)?, Answer::Accept).await?))
}

/// Decline an invitation.
#[utoipa::path(post, path = "/api/chats/invitations/{id}/decline", tag = "chats", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = InvitationView)))]
pub(super) async fn decline(app: App, id: String, who: Extracted<User>) -> Result<Json<InvitationView>, ApiError> {
    Ok(Json(app.answer(who?.id, path_id(&id)?, Answer::Decline).await?))
}
