//! `/api/session/friends`.

use crate::app::App;
use securechat_auth_verify::User;
use securechat_contracts::dto::FriendPresence;
use securechat_http_kit::{ApiError, Extracted, Json, Route, respond, user};
use serde::Serialize;
use utoipa::ToSchema;
use warp::Filter;

/// The friends of the caller.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FriendsPresence {
    /// Each friend once, in no order.
    items: Vec<FriendPresence>,
}

pub(super) fn list(app: &App) -> Route {
    let verifier = app.verifier.clone();
    let app = app.clone();
    warp::path!("api" / "session" / "friends")
        .and(warp::get())
        .and(user(&verifier))
        .then(move |who| respond("GET /api/session/friends", handle_list(app.clone(), who)))
        .boxed()
}

/// How one's friends are: online, idle or offline, and since when. (W-37, H-12)
#[utoipa::path(
    get, path = "/api/session/friends", tag = "session", security(("bearer" = [])),
    responses((status = 200, description = "Every friend", body = FriendsPresence))
)]
pub(super) async fn handle_list(app: App, who: Extracted<User>) -> Result<Json<FriendsPresence>, ApiError> {
    Ok(Json(FriendsPresence { items: app.friends(who?.id).await? }))
}
