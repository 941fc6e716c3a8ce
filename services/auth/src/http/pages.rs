//! The pages that people see.

use crate::{app::App, error::Error, protocol::RawAuthorization};
use http::{HeaderMap, StatusCode};
use securechat_http_kit::{ApiError, Html};
use securechat_pages::{Pages, RenderError, context, host};
use url::Url;
use warp::reply::{Reply, Response};

const TEMPLATES: [(&str, &str); 4] = [
    ("login.html", include_str!("../../templates/login.html")),
    ("logout.html", include_str!("../../templates/logout.html")),
    ("signed_out.html", include_str!("../../templates/signed_out.html")),
    ("error.html", include_str!("../../templates/error.html")),
];

/// Reads the templates.
pub(crate) fn load(public_url: &Url) -> Result<Pages, RenderError> {
    Pages::new("/auth", &host(public_url), &TEMPLATES)
}

/// What the sign-in page shows.
#[derive(Default)]
pub(super) struct Login<'a> {
    pub(super) return_to: &'a str,
    pub(super) user_name: &'a str,
    pub(super) remember: bool,
    pub(super) problem: &'a str,
    pub(super) status: StatusCode,
}

/// The sign-in page. (W-02, W-03)
pub(super) fn login(app: &App, headers: &HeaderMap, login: &Login<'_>) -> Result<Response, ApiError> {
    let guard = app.guard.value(headers);
    let values = context! {
        guard => &guard, return_to => login.return_to, user_name => login.user_name, remember => login.remember,
        problem => login.problem, application => application(app, login.return_to),
    };
    let body = app.pages.render("login.html", values).map_err(Error::from)?;
    // After the form the browser is redirected to the application; Chromium asks `form-action` about that, too.
    let targets = app.clients.origins();
    let mut response = Html { body, status: login.status, form_targets: targets }.into_response();
    app.guard.give(&guard, &mut response);
    Ok(response)
}

/// What the person is about to use.
fn application<'a>(app: &'a App, return_to: &str) -> Option<&'a str> {
    let (_, query) = return_to.split_once('?')?;
    let raw: RawAuthorization = serde_urlencoded::from_str(query).ok()?;
    app.clients.get(&raw.client_id).map(|client| client.name.as_str())
}

/// The question whether to sign out. (W-05)
pub(super) fn logout(app: &App, headers: &HeaderMap, target: &str) -> Result<Response, ApiError> {
    let guard = app.guard.value(headers);
    let values = context! { guard => &guard, target => target };
    let body = app.pages.render("logout.html", values).map_err(Error::from)?;
    let mut response = Html { form_targets: app.clients.origins(), ..Html::ok(body) }.into_response();
    app.guard.give(&guard, &mut response);
    Ok(response)
}

/// The word that one is signed out.
pub(super) fn signed_out(app: &App) -> Result<Response, ApiError> {
    let body = app.pages.render("signed_out.html", context! {}).map_err(Error::from)?;
    Ok(Html::ok(body).into_response())
}

/// What a person is told when nobody can be redirected to. (W-07)
pub(super) fn error(app: &App, status: StatusCode, text: &str) -> Result<Response, ApiError> {
    let body = app.pages.render("error.html", context! { text => text }).map_err(Error::from)?;
    Ok(Html { status, ..Html::ok(body) }.into_response())
}
