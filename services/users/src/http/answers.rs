//! Answering friendship requests.

use super::friendship_requests::find;
use crate::app::App;
use crate::application::commands::answer_friend_request::{Answer, AnswerFriendRequest};
use securechat_auth_verify::User;
use securechat_contracts::Permission;
use securechat_contracts::dto::FriendshipRequestView;
use securechat_http_kit::{ApiError, Extracted, Json, Route, any_of, path_id, respond, user};
use warp::{Filter, reply::Reply};

pub(super) fn routes(app: &App) -> Route {
    any_of([accept_route(app), reject_route(app), cancel_route(app)])
}

fn accept_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "friendship-requests" / String / "accept")
        .and(warp::post())
        .and(user(&app.verifier))
        .then(move |id, who| respond("POST /api/users/friendship-requests/{id}/accept", accept(app.clone(), id, who)))
        .boxed()
}

/// Accept, as who was asked: the two are friends from now on.
#[utoipa::path(post, path = "/api/users/friendship-requests/{id}/accept", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = FriendshipRequestView)))]
pub(super) async fn accept(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    let who = who?;
    who.require(Permission::UsersViewOthers)?;
    let friendship = app.ids.uuid_v7().into();
    answer(&app, &id, &who, Answer::Accept(friendship)).await
}

fn reject_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "friendship-requests" / String / "reject")
        .and(warp::post())
        .and(user(&app.verifier))
        .then(move |id, who| respond("POST /api/users/friendship-requests/{id}/reject", reject(app.clone(), id, who)))
        .boxed()
}

/// Reject, as who was asked.
#[utoipa::path(post, path = "/api/users/friendship-requests/{id}/reject", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = FriendshipRequestView)))]
pub(super) async fn reject(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    answer(&app, &id, &who?, Answer::Reject).await
}

fn cancel_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "friendship-requests" / String / "cancel")
        .and(warp::post())
        .and(user(&app.verifier))
        .then(move |id, who| respond("POST /api/users/friendship-requests/{id}/cancel", cancel(app.clone(), id, who)))
        .boxed()
}

/// Take a request back, as who made it.
#[utoipa::path(post, path = "/api/users/friendship-requests/{id}/cancel", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = FriendshipRequestView)))]
pub(super) async fn cancel(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    answer(&app, &id, &who?, Answer::Cancel).await
}

async fn answer(app: &App, id: &str, who: &User, answer: Answer) -> Result<Json<FriendshipRequestView>, ApiError> {
    let id = path_id(id)?;
    app.answer_friend_request(&AnswerFriendRequest { id, by: who.id, answer }).await?;
    Ok(Json(find(app, id).await?))
}
