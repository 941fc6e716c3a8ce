//! The endpoints: REST, pages, and what `auth` asks.

mod accounts;
mod confirm;
mod internal;
pub(crate) mod pages;
mod register;

use crate::app::App;
use securechat_contracts::{FieldError, Problem};
use securechat_http_kit::{Route, any_of, openapi};
use utoipa::OpenApi;

/// What the gateway reaches.
pub(crate) fn public(app: &App) -> Route {
    any_of([accounts::routes(app), register::routes(app), confirm::routes(app), securechat_pages::assets("account")])
}

/// What services reach.
pub(crate) fn internal(app: &App) -> Route {
    internal::routes(app)
}

#[derive(OpenApi)]
#[openapi(
    paths(accounts::register, accounts::confirm, accounts::resend, accounts::me, accounts::by_id),
    components(schemas(Problem, FieldError)),
    tags((name = "account", description = "Accounts: registration, confirmation, one's own account"))
)]
struct Document;

/// The service's OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::finish(Document::openapi())
}
