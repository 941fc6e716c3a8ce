//! `/account/confirm` and `/account/resend`: following the mailed link, and asking for another. Opening the link changes
//! nothing — mail scanners open links, too — the button does. (H-02, W-12, W-13)

use super::pages::{self, Asked, Form};
use crate::{app::App, error::Error, model::Email};
use http::{HeaderMap, StatusCode};
use securechat_contracts::FieldError;
use securechat_http_kit::{ApiError, Extracted, Route, any_of, client_address, query, respond};
use serde::Deserialize;
use warp::{Filter, reply::Response};

#[derive(Deserialize)]
struct Submitted {
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    email: String,
}

pub(super) fn routes(app: &App) -> Route {
    any_of([
        show(app, "confirm", "GET /account/confirm", "confirm.html"),
        confirm_route(app),
        show(app, "resend", "GET /account/resend", "resend.html"),
        resend_route(app),
    ])
}

fn show(app: &App, path: &'static str, name: &'static str, template: &'static str) -> Route {
    let app = app.clone();
    warp::path("account")
        .and(warp::path(path))
        .and(warp::path::end())
        .and(warp::get())
        .and(warp::header::headers_cloned())
        .and(query::<Asked>())
        .then(move |headers: HeaderMap, asked: Extracted<Asked>| {
            let app = app.clone();
            respond(name, async move {
                let asked = asked?;
                let return_to = pages::return_to(&asked.return_to);
                let form = Form { template, return_to: &return_to, token: &asked.token, ..Form::default() };
                pages::form(&app, &headers, &form)
            })
        })
        .boxed()
}

fn confirm_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("account" / "confirm")
        .and(warp::post())
        .and(app.guard.form::<Submitted>())
        .then(move |form| respond("POST /account/confirm", confirm(app.clone(), form)))
        .boxed()
}

async fn confirm(app: App, form: Extracted<Submitted>) -> Result<Response, ApiError> {
    let form = form?;
    let return_to = pages::return_to(&form.return_to);
    match app.confirm(&form.token).await {
        Ok(()) => {
            let text = "Your e-mail address is confirmed. You can chat now.";
            pages::message(&app, StatusCode::OK, "Confirmed", text, &return_to)
        }
        Err(Error::UnusableLink) => {
            let text =
                "This link was used already or is too old. If you cannot chat yet, ask for another at /account/resend.";
            pages::message(&app, StatusCode::UNPROCESSABLE_ENTITY, "This link does not work", text, &return_to)
        }
        Err(error) => Err(error.into()),
    }
}

fn resend_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("account" / "resend")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(client_address())
        .and(app.guard.form::<Submitted>())
        .then(move |headers, address, form| {
            respond("POST /account/resend", resend(app.clone(), headers, address, form))
        })
        .boxed()
}

async fn resend(
    app: App,
    headers: HeaderMap,
    address: String,
    form: Extracted<Submitted>,
) -> Result<Response, ApiError> {
    let form = form?;
    let return_to = pages::return_to(&form.return_to);
    let again = |status, problem: &str, errors: &[FieldError]| {
        let shown = Form {
            template: "resend.html",
            status,
            return_to: &return_to,
            email: &form.email,
            problem,
            errors,
            ..Form::default()
        };
        pages::form(&app, &headers, &shown)
    };
    let Ok(email) = Email::parse(&form.email) else {
        let error = FieldError { pointer: "/email".to_owned(), detail: "This is not an e-mail address.".to_owned() };
        return again(StatusCode::UNPROCESSABLE_ENTITY, "", &[error]);
    };
    if let Err(refusal) = app.asked.check(&address).and_then(|()| app.asked.check(&email.key())) {
        return again(StatusCode::TOO_MANY_REQUESTS, &refusal.to_string(), &[]);
    }
    app.resend(&email, &return_to).await?;
    pages::sent(&app, email.as_str(), &return_to)
}
