//! The pages that people see.

use crate::{app::App, error::Error};
use http::{HeaderMap, StatusCode};
use securechat_contracts::FieldError;
use securechat_http_kit::{ApiError, Html};
use securechat_pages::{Pages, RenderError, ReturnTo, context, host};
use serde::Deserialize;
use url::Url;
use warp::reply::{Reply, Response};

const TEMPLATES: [(&str, &str); 5] = [
    ("register.html", include_str!("../../templates/register.html")),
    ("registered.html", include_str!("../../templates/registered.html")),
    ("confirm.html", include_str!("../../templates/confirm.html")),
    ("message.html", include_str!("../../templates/message.html")),
    ("resend.html", include_str!("../../templates/resend.html")),
];

/// Reads the templates.
pub(crate) fn load(public_url: &Url) -> Result<Pages, RenderError> {
    Pages::new("/account", &host(public_url), &TEMPLATES)
}

/// What every page may be given in its address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    pub(super) return_to: String,
    #[serde(default)]
    pub(super) token: String,
}

/// The pending sign-in in `text`, or nothing.
pub(super) fn return_to(text: &str) -> String {
    ReturnTo::parse(text).map(|path| path.to_string()).unwrap_or_default()
}

/// A form that is shown.
#[derive(Default)]
pub(super) struct Form<'a> {
    pub(super) template: &'a str,
    pub(super) status: StatusCode,
    pub(super) return_to: &'a str,
    pub(super) user_name: &'a str,
    pub(super) email: &'a str,
    pub(super) token: &'a str,
    pub(super) problem: &'a str,
    pub(super) errors: &'a [FieldError],
}

/// A page with a form that cannot be forged.
pub(super) fn form(app: &App, headers: &HeaderMap, form: &Form<'_>) -> Result<Response, ApiError> {
    let guard = app.guard.value(headers);
    let error = |pointer| form.errors.iter().find(|error| error.pointer == pointer).map(|error| error.detail.as_str());
    let values = context! {
        guard => &guard, return_to => form.return_to, user_name => form.user_name, email => form.email,
        token => form.token, problem => form.problem, user_name_error => error("/userName"),
        email_error => error("/email"), password_error => error("/password"),
    };
    let body = app.pages.render(form.template, values).map_err(Error::from)?;
    let mut response = Html { status: form.status, ..Html::ok(body) }.into_response();
    app.guard.give(&guard, &mut response);
    Ok(response)
}

/// A page that says something and leads on.
pub(super) fn message(
    app: &App,
    status: StatusCode,
    title: &str,
    text: &str,
    return_to: &str,
) -> Result<Response, ApiError> {
    let next = if return_to.is_empty() { "/" } else { return_to };
    let values = context! { heading => title, text => text, next => next };
    let body = app.pages.render("message.html", values).map_err(Error::from)?;
    Ok(Html { status, ..Html::ok(body) }.into_response())
}

/// The word that a link is on its way.
pub(super) fn sent(app: &App, email: &str, return_to: &str) -> Result<Response, ApiError> {
    let body = app.pages.render("registered.html", context! { email, return_to }).map_err(Error::from)?;
    Ok(Html::ok(body).into_response())
}
