//! The REST API.

mod friends;
mod sessions;

use crate::app::App;
use securechat_contracts::{FieldError, Problem};
use securechat_http_kit::{Route, any_of, openapi};
use utoipa::OpenApi;

/// What the gateway reaches.
pub(crate) fn public(app: &App) -> Route {
    any_of([friends::list(app), sessions::list(app), sessions::create(app), sessions::refresh(app), sessions::end(app)])
}

/// What services reach: nothing.
pub(crate) fn internal() -> Route {
    any_of([])
}

#[derive(OpenApi)]
#[openapi(
    info(title = "session", version = "v1"),
    paths(
        friends::handle_list,
        sessions::handle_list,
        sessions::handle_create,
        sessions::handle_refresh,
        sessions::handle_end
    ),
    components(schemas(Problem, FieldError))
)]
struct Doc;

/// The service's OpenAPI document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    openapi::finish(Doc::openapi())
}
