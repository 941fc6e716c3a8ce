//! What `session` and `chats`, and nobody else, may ask.

use crate::app::App;
use crate::application::Error;
use securechat_contracts::ServiceName;
use securechat_contracts::dto::{AreFriends, Friends, People, ResolvePeople};
use securechat_http_kit::{ApiError, BODY_MAX, Extracted, Json, Route, any_of, json, path_id, respond, service};
use warp::{Filter, reply::Reply};

const PEOPLE_MAX: usize = 500;

pub(super) fn routes(app: &App) -> Route {
    any_of([friends_route(app), are_friends_route(app), resolve_route(app)])
}

fn friends_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "users" / String / "friends")
        .and(warp::get())
        .and(service(&app.verifier))
        .then(move |id, caller| respond("GET /internal/users/{id}/friends", friends(app.clone(), id, caller)))
        .boxed()
}

async fn friends(app: App, id: String, caller: Extracted<ServiceName>) -> Result<impl Reply, ApiError> {
    caller?;
    let friends = app.read.friends(path_id(&id)?).await.map_err(Error::from)?;
    Ok(Json(Friends { friends }))
}

fn are_friends_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "users" / String / "friends" / String)
        .and(warp::get())
        .and(service(&app.verifier))
        .then(move |one, other, caller| {
            respond("GET /internal/users/{id}/friends/{id}", are_friends(app.clone(), one, other, caller))
        })
        .boxed()
}

async fn are_friends(
    app: App,
    one: String,
    other: String,
    caller: Extracted<ServiceName>,
) -> Result<impl Reply, ApiError> {
    caller?;
    let friends = app.read.are_friends(path_id(&one)?, path_id(&other)?).await.map_err(Error::from)?;
    Ok(Json(AreFriends { friends }))
}

fn resolve_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "users" / "resolve")
        .and(warp::post())
        .and(service(&app.verifier))
        .and(json::<ResolvePeople>(BODY_MAX))
        .then(move |caller, body| respond("POST /internal/users/resolve", resolve(app.clone(), caller, body)))
        .boxed()
}

async fn resolve(
    app: App,
    caller: Extracted<ServiceName>,
    body: Extracted<ResolvePeople>,
) -> Result<impl Reply, ApiError> {
    caller?;
    let ids = body?.ids;
    if ids.len() > PEOPLE_MAX {
        return Err(ApiError::invalid_field("/ids", format!("at most {PEOPLE_MAX} at once")));
    }
    let people = app.read.names(&ids).await.map_err(Error::from)?;
    Ok(Json(People { people }))
}
