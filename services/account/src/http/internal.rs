//! What `auth`, and nobody else, may ask.

use crate::app::App;
use securechat_contracts::{ProblemKind, ServiceName, dto::VerifyCredentials};
use securechat_http_kit::{ApiError, BODY_MAX, Extracted, Json, Route, any_of, json, path_id, respond, service};
use warp::{Filter, reply::Reply};

pub(super) fn routes(app: &App) -> Route {
    any_of([verify_route(app), grant_route(app)])
}

fn verify_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "account" / "verify-credentials")
        .and(warp::post())
        .and(service(&app.verifier))
        .and(json::<VerifyCredentials>(BODY_MAX))
        .then(move |caller, body| {
            respond("POST /internal/account/verify-credentials", verify(app.clone(), caller, body))
        })
        .boxed()
}

async fn verify(
    app: App,
    caller: Extracted<ServiceName>,
    body: Extracted<VerifyCredentials>,
) -> Result<impl Reply, ApiError> {
    caller?;
    let body = body?;
    let grant = app.verify(&body.user_name, &body.password).await?;
    grant.map(Json).ok_or_else(|| ApiError::new(ProblemKind::InvalidCredentials))
}

fn grant_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "account" / "users" / String / "grant")
        .and(warp::get())
        .and(service(&app.verifier))
        .then(move |id, caller| respond("GET /internal/account/users/{id}/grant", grant(app.clone(), id, caller)))
        .boxed()
}

async fn grant(app: App, id: String, caller: Extracted<ServiceName>) -> Result<impl Reply, ApiError> {
    caller?;
    app.grant(path_id(&id)?).await?.map(Json).ok_or_else(ApiError::not_found)
}
