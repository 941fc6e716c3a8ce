//! `/account/register`: the page on which a stranger becomes a person. (H-01, W-52)

use super::{
    accounts::parse,
    pages::{self, Asked, Form},
};
use crate::{app::App, error::Error};
use http::{HeaderMap, StatusCode};
use securechat_contracts::{FieldError, ProblemKind};
use securechat_http_kit::{ApiError, Extracted, Route, any_of, client_address, query, respond};
use serde::Deserialize;
use warp::{Filter, reply::Response};

#[derive(Deserialize)]
struct Submitted {
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    user_name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

pub(super) fn routes(app: &App) -> Route {
    any_of([show(app), submit(app)])
}

fn show(app: &App) -> Route {
    let app = app.clone();
    warp::path!("account" / "register")
        .and(warp::get())
        .and(warp::header::headers_cloned())
        .and(query::<Asked>())
        .then(move |headers: HeaderMap, asked: Extracted<Asked>| {
            let app = app.clone();
            respond("GET /account/register", async move {
                let return_to = pages::return_to(&asked?.return_to);
                pages::form(
                    &app,
                    &headers,
                    &Form { template: "register.html", return_to: &return_to, ..Form::default() },
                )
            })
        })
        .boxed()
}

fn submit(app: &App) -> Route {
    let app = app.clone();
    warp::path!("account" / "register")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(client_address())
        .and(app.guard.form::<Submitted>())
        .then(move |headers, address, form| {
            respond("POST /account/register", register(app.clone(), headers, address, form))
        })
        .boxed()
}

async fn register(
    app: App,
    headers: HeaderMap,
    address: String,
    submitted: Extracted<Submitted>,
) -> Result<Response, ApiError> {
    let submitted = match submitted {
        Ok(submitted) => submitted,
        Err(error) if error.kind() == ProblemKind::Forbidden => {
            let text = "This page was open for too long. Go back, load it again and send it once more.";
            return pages::message(&app, StatusCode::FORBIDDEN, "This did not work", text, "");
        }
        Err(error) => return Err(error),
    };
    let return_to = pages::return_to(&submitted.return_to);
    let again = |status, problem: &str, errors: &[FieldError]| {
        let (user_name, email) = (submitted.user_name.as_str(), submitted.email.as_str());
        let form = Form {
            template: "register.html",
            status,
            return_to: &return_to,
            user_name,
            email,
            problem,
            errors,
            token: "",
        };
        pages::form(&app, &headers, &form)
    };
    let person = match parse(&submitted.user_name, &submitted.email, &submitted.password, &return_to) {
        Ok(person) => person,
        Err(fields) => return again(StatusCode::UNPROCESSABLE_ENTITY, "", fields.errors()),
    };
    if let Err(refusal) = app.asked.check(&address) {
        return again(StatusCode::TOO_MANY_REQUESTS, &refusal.to_string(), &[]);
    }
    let taken =
        |pointer: &str, detail: &str| vec![FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() }];
    match app.register(&person).await {
        Ok(account) if account.email_verified => {
            pages::message(&app, StatusCode::CREATED, "Your account is ready", "You can sign in now.", &return_to)
        }
        Ok(account) => pages::sent(&app, &account.email, &return_to),
        Err(Error::UserNameTaken) => {
            again(StatusCode::CONFLICT, "", &taken("/userName", "This name is taken. Choose another."))
        }
        Err(Error::EmailTaken) => {
            again(StatusCode::CONFLICT, "", &taken("/email", "There is an account with this address. Sign in instead."))
        }
        Err(Error::RegistrationClosed) => again(
            StatusCode::FORBIDDEN,
            "Registration is closed on this server. Ask whoever runs it for an account.",
            &[],
        ),
        Err(error) => Err(error.into()),
    }
}
