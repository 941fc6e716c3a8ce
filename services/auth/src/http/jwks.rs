//! The signing keys' public halves (RFC 7517).

use crate::{app::App, error::Error};
use securechat_http_kit::{ApiError, Json, Route, respond};
use std::future::ready;
use warp::{Filter, reply::Reply};

/// `GET /auth/jwks`, for applications.
pub(super) fn public(app: &App) -> Route {
    let app = app.clone();
    warp::path!("auth" / "jwks").and(warp::get()).then(move || respond("GET /auth/jwks", ready(keys(&app)))).boxed()
}

/// `GET /internal/jwks`, for services and the edge: needs no identity, and no way through the edge.
pub(super) fn internal(app: &App) -> Route {
    let app = app.clone();
    warp::path!("internal" / "jwks")
        .and(warp::get())
        .then(move || respond("GET /internal/jwks", ready(keys(&app))))
        .boxed()
}

fn keys(app: &App) -> Result<impl Reply + use<>, ApiError> {
    Ok(Json(app.keys.current().map_err(Error::from)?.published()))
}
