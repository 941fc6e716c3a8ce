//! The endpoints.

mod answers;
mod error;
mod friendship_requests;
mod friendships;
mod internal;
mod profiles;
mod users;

use crate::app::App;
use securechat_contracts::dto::{FriendshipRequestView, FriendshipView, PersonRef};
use securechat_contracts::{FieldError, Problem};
use securechat_http_kit::{Route, any_of, openapi};
use utoipa::OpenApi;

/// What the gateway reaches. Fixed words stand before ids in the same place.
pub(crate) fn public(app: &App) -> Route {
    any_of([
        friendship_requests::routes(app),
        answers::routes(app),
        friendships::routes(app),
        profiles::routes(app),
        users::routes(app),
    ])
}

/// What services reach.
pub(crate) fn internal(app: &App) -> Route {
    internal::routes(app)
}

#[derive(OpenApi)]
#[openapi(
    paths(
        users::me, users::by_id, users::search,
        profiles::put, profiles::patch,
        friendship_requests::create, friendship_requests::create_of, friendship_requests::list,
        friendship_requests::list_of, friendship_requests::by_id,
        answers::accept, answers::reject, answers::cancel,
        friendships::list, friendships::list_of, friendships::by_id, friendships::remove
    ),
    components(schemas(Problem, FieldError, FriendshipRequestView, FriendshipView, PersonRef)),
    tags((name = "users", description = "People, friendship requests and friendships"))
)]
struct Document;

/// The service's OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::finish(Document::openapi())
}
