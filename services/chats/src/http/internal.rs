//! What `messaging`, and nobody else, may ask on a person's behalf.

use crate::{
    app::App,
    model::{MessageText, Person},
};
use securechat_contracts::{
    ServiceName,
    dto::{Actor, MarkReadFor, Memberships, MembershipsRequest, SendMessageFor, SyncFor, Synced},
};
use securechat_http_kit::{ApiError, BODY_MAX, Extracted, Json, Route, any_of, json, path_id, respond, service};
use warp::{Filter, reply::Reply};

const PEOPLE_MAX: usize = 500;
const POSITIONS_MAX: usize = 500;
const SYNC_MESSAGES_MAX: u32 = 500;

pub(super) fn routes(app: &App) -> Route {
    any_of([send_route(app), mark_read_route(app), sync_route(app), memberships_route(app)])
}

fn person(app: &App, actor: Actor) -> Result<Person, ApiError> {
    Ok(Person::on_behalf(actor, app.verifier.epochs())?)
}

fn send_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "chats" / String / "messages")
        .and(warp::post())
        .and(service(&app.verifier))
        .and(json::<SendMessageFor>(BODY_MAX))
        .then(move |id, caller, body| {
            respond("POST /internal/chats/{id}/messages", send(app.clone(), id, caller, body))
        })
        .boxed()
}

async fn send(
    app: App,
    id: String,
    caller: Extracted<ServiceName>,
    body: Extracted<SendMessageFor>,
) -> Result<impl Reply, ApiError> {
    caller?;
    let body = body?;
    let text = MessageText::parse(&body.text).map_err(|error| ApiError::invalid_field("/text", error.to_string()))?;
    let sent = app.send(&person(&app, body.actor)?, path_id(&id)?, body.id, &text).await?;
    Ok(Json(sent.message))
}

fn mark_read_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "chats" / String / "read-marker")
        .and(warp::post())
        .and(service(&app.verifier))
        .and(json::<MarkReadFor>(BODY_MAX))
        .then(move |id, caller, body| {
            respond("POST /internal/chats/{id}/read-marker", mark_read(app.clone(), id, caller, body))
        })
        .boxed()
}

async fn mark_read(
    app: App,
    id: String,
    caller: Extracted<ServiceName>,
    body: Extracted<MarkReadFor>,
) -> Result<impl Reply, ApiError> {
    caller?;
    let body = body?;
    let who = person(&app, body.actor)?;
    Ok(Json(app.mark_read(who.id, path_id(&id)?, body.seq).await?))
}

fn sync_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "chats" / "sync")
        .and(warp::post())
        .and(service(&app.verifier))
        .and(json::<SyncFor>(BODY_MAX))
        .then(move |caller, body| respond("POST /internal/chats/sync", sync(app.clone(), caller, body)))
        .boxed()
}

async fn sync(app: App, caller: Extracted<ServiceName>, body: Extracted<SyncFor>) -> Result<impl Reply, ApiError> {
    caller?;
    let body = body?;
    if body.positions.len() > POSITIONS_MAX {
        return Err(ApiError::invalid_field("/positions", format!("at most {POSITIONS_MAX} positions")));
    }
    let who = person(&app, body.actor)?;
    let chats = app.sync(who.id, &body.positions, body.limit.clamp(1, SYNC_MESSAGES_MAX)).await?;
    Ok(Json(Synced { chats }))
}

fn memberships_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "chats" / "memberships")
        .and(warp::post())
        .and(service(&app.verifier))
        .and(json::<MembershipsRequest>(BODY_MAX))
        .then(move |caller, body| respond("POST /internal/chats/memberships", memberships(app.clone(), caller, body)))
        .boxed()
}

async fn memberships(
    app: App,
    caller: Extracted<ServiceName>,
    body: Extracted<MembershipsRequest>,
) -> Result<impl Reply, ApiError> {
    caller?;
    let body = body?;
    if body.user_ids.len() > PEOPLE_MAX {
        return Err(ApiError::invalid_field("/userIds", format!("at most {PEOPLE_MAX} people")));
    }
    Ok(Json(Memberships { memberships: app.memberships(&body.user_ids).await? }))
}
