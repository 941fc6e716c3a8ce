//! Writing profiles.

use crate::app::App;
use crate::application::commands::patch_profile::{PatchProfile, ProfileDocument};
use crate::application::commands::set_profile::SetProfile;
use json_patch::PatchOperation;
use securechat_auth_verify::{Denied, User};
use securechat_contracts::Permission;
use securechat_http_kit::{ApiError, BODY_MAX, Extracted, NoContent, Route, any_of, json, path_id, respond, user};
use securechat_kernel::UserId;
use serde::Deserialize;
use utoipa::ToSchema;
use warp::{Filter, reply::Reply};

const OPERATIONS_MAX: usize = 50;

pub(super) fn routes(app: &App) -> Route {
    any_of([put_route(app), patch_route(app)])
}

/// One operation of a JSON Patch (RFC 6902).
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only describes what json-patch reads")]
pub(super) struct PatchStep {
    /// `add`, `remove`, `replace`, `move`, `copy` or `test`.
    op: String,
    /// `/profile` or below.
    path: String,
    /// For `move` and `copy`.
    from: Option<String>,
    /// For `add`, `replace` and `test`.
    value: Option<serde_json::Value>,
}

/// Her own with `users.update_self`, anybody's with `users.update_others`.
fn may_write(who: &User, id: UserId) -> Result<(), Denied> {
    let own = who.id == id;
    who.require(if own { Permission::UsersUpdateSelf } else { Permission::UsersUpdateOthers })
}

fn put_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / String / "profile")
        .and(warp::put())
        .and(user(&app.verifier))
        .and(json::<ProfileDocument>(BODY_MAX))
        .then(move |id, who, body| respond("PUT /api/users/{id}/profile", put(app.clone(), id, who, body)))
        .boxed()
}

/// Write a profile as a whole.
#[utoipa::path(put, path = "/api/users/{id}/profile", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), request_body = ProfileDocument, responses((status = 204)))]
pub(super) async fn put(
    app: App,
    id: String,
    who: Extracted<User>,
    body: Extracted<ProfileDocument>,
) -> Result<impl Reply, ApiError> {
    let who = who?;
    let user: UserId = path_id(&id)?;
    may_write(&who, user)?;
    app.set_profile(&SetProfile { user, profile: body?.parse("")? }).await?;
    Ok(NoContent)
}

fn patch_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / String)
        .and(warp::patch())
        .and(user(&app.verifier))
        .and(json::<Vec<PatchOperation>>(BODY_MAX))
        .then(move |id, who, body| respond("PATCH /api/users/{id}", patch(app.clone(), id, who, body)))
        .boxed()
}

/// Change parts of a person's profile by a JSON Patch.
#[utoipa::path(patch, path = "/api/users/{id}", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)),
    request_body(content = Vec<PatchStep>, content_type = "application/json-patch+json"), responses((status = 204)))]
pub(super) async fn patch(
    app: App,
    id: String,
    who: Extracted<User>,
    body: Extracted<Vec<PatchOperation>>,
) -> Result<impl Reply, ApiError> {
    let who = who?;
    let user: UserId = path_id(&id)?;
    may_write(&who, user)?;
    let patch = body?;
    if patch.len() > OPERATIONS_MAX {
        return Err(ApiError::invalid_field("", format!("at most {OPERATIONS_MAX} operations at once")));
    }
    app.patch_profile(&PatchProfile { user, patch }).await?;
    Ok(NoContent)
}
