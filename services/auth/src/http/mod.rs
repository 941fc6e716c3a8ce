//! The endpoints: one file each.

mod authorize;
mod cookie;
mod discovery;
mod jwks;
mod login;
mod logout;
pub(crate) mod pages;
mod token;
mod userinfo;

use crate::app::App;
use securechat_http_kit::{Route, any_of};

/// What the gateway reaches.
pub(crate) fn public(app: &App) -> Route {
    any_of([
        token::route(app, "auth"),
        jwks::public(app),
        authorize::route(app),
        login::show(app),
        login::submit(app),
        discovery::route(app),
        userinfo::route(app),
        logout::show(app),
        logout::submit(app),
        securechat_pages::assets("auth"),
    ])
}

/// What services reach.
pub(crate) fn internal(app: &App) -> Route {
    any_of([jwks::internal(app), token::route(app, "internal")])
}
