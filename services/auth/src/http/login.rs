//! `GET` and `POST /auth/login`: the sign-in page. (W-02, W-03, B-42)

use super::{authorize, cookie, pages};
use crate::{
    app::App,
    counts::SignInOutcome,
    error::Error,
    opaque::Opaque,
    protocol::{AuthorizationError, RawAuthorization},
    store::SignIn,
};
use http::{HeaderMap, StatusCode};
use securechat_contracts::{ProblemKind, dto::VerifyCredentials};
use securechat_http_kit::{ApiError, Extracted, Route, SeeOther, client_address, query, respond};
use securechat_kernel::UserId;
use securechat_pages::ReturnTo;
use serde::Deserialize;
use time::Duration;
use warp::{
    Filter,
    reply::{Reply, Response},
};

/// One text for every reason: nobody learns whether a name exists.
const NO_MATCH: &str = "User name and password do not match. Check both and try again.";
/// How long a sign-in lasts that the browser forgets when it is closed.
const SHORT: Duration = Duration::hours(12);

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    login_hint: String,
}

#[derive(Deserialize)]
struct Submitted {
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    user_name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    remember: String,
    #[serde(default)]
    action: String,
}

pub(super) fn show(app: &App) -> Route {
    let app = app.clone();
    warp::path!("auth" / "login")
        .and(warp::get())
        .and(warp::header::headers_cloned())
        .and(query::<Asked>())
        .then(move |headers: HeaderMap, asked: Extracted<Asked>| {
            let app = app.clone();
            respond("GET /auth/login", async move {
                let asked = asked?;
                let return_to = ReturnTo::parse(&asked.return_to);
                let return_to = return_to.as_ref().map_or("", ReturnTo::as_str);
                pages::login(
                    &app,
                    &headers,
                    &pages::Login { return_to, user_name: &asked.login_hint, ..Default::default() },
                )
            })
        })
        .boxed()
}

pub(super) fn submit(app: &App) -> Route {
    let app = app.clone();
    warp::path!("auth" / "login")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(client_address())
        .and(app.guard.form::<Submitted>())
        .then(move |headers, address, form| respond("POST /auth/login", sign_in(app.clone(), headers, address, form)))
        .boxed()
}

async fn sign_in(
    app: App,
    headers: HeaderMap,
    address: String,
    form: Extracted<Submitted>,
) -> Result<Response, ApiError> {
    let form = match form {
        Ok(form) => form,
        Err(error) if error.kind() == ProblemKind::Forbidden => {
            return pages::error(
                &app,
                StatusCode::FORBIDDEN,
                "This page was open for too long. Go back, load it again and sign in.",
            );
        }
        Err(error) => return Err(error),
    };
    let return_to = ReturnTo::parse(&form.return_to);
    if form.action == "cancel" {
        return cancelled(&app, return_to.as_ref());
    }
    let again = |problem: &str, status| {
        let return_to = return_to.as_ref().map_or("", ReturnTo::as_str);
        let remember = !form.remember.is_empty();
        pages::login(&app, &headers, &pages::Login { return_to, user_name: &form.user_name, remember, problem, status })
    };
    if let Err(refusal) = app.throttle.check(&form.user_name, &address).await {
        app.counts.sign_in(SignInOutcome::Throttled);
        return again(&refusal.to_string(), StatusCode::TOO_MANY_REQUESTS);
    }
    let credentials = VerifyCredentials { user_name: form.user_name.clone(), password: form.password.clone() };
    match app.accounts.verify(&credentials).await {
        Ok(Some(grant)) => {
            let answer = signed_in(&app, grant.user_id, !form.remember.is_empty(), return_to.as_ref()).await;
            app.counts.sign_in(if answer.is_ok() { SignInOutcome::Done } else { SignInOutcome::Failed });
            answer
        }
        Ok(None) => {
            app.counts.sign_in(SignInOutcome::NoMatch);
            match app.throttle.failed(&form.user_name, &address).await {
                Ok(()) => again(NO_MATCH, StatusCode::UNAUTHORIZED),
                Err(refusal) => again(&refusal.to_string(), StatusCode::TOO_MANY_REQUESTS),
            }
        }
        Err(error) => {
            app.counts.sign_in(SignInOutcome::Failed);
            tracing::error!(%error, "a password could not be checked");
            again(
                "Sign-in does not work at the moment. Nothing is wrong with your account. Try again soon.",
                StatusCode::SERVICE_UNAVAILABLE,
            )
        }
    }
}

async fn signed_in(
    app: &App,
    user_id: UserId,
    remember: bool,
    return_to: Option<&ReturnTo>,
) -> Result<Response, ApiError> {
    let cookie = Opaque::new(&app.random);
    let now = app.clock.now();
    let life = if remember { Duration::days(app.sign_in_days.into()) } else { SHORT };
    let sign_in = SignIn { id: app.ids.uuid_v7().into(), user_id, created_at: now, expires_at: now + life };
    app.store.add_sign_in(&sign_in, cookie.hash()).await.map_err(Error::from)?;
    let mut response = SeeOther(return_to.map_or("/", ReturnTo::as_str).to_owned()).into_response();
    cookie::set(app, cookie.as_str(), remember, &mut response);
    Ok(response)
}

/// The application is told that the person does not want to (RFC 6749 section 4.1.2.1).
fn cancelled(app: &App, return_to: Option<&ReturnTo>) -> Result<Response, ApiError> {
    let query = return_to.and_then(|path| path.as_str().split_once('?')).map(|(_, query)| query);
    let Some(raw) = query.and_then(|query| serde_urlencoded::from_str::<RawAuthorization>(query).ok()) else {
        return Ok(SeeOther("/".to_owned()).into_response());
    };
    let refusal = raw.target(app.clients.get(&raw.client_id)).map_or_else(
        |error| error,
        |target| AuthorizationError::Redirected {
            target: Box::new(target),
            error: "access_denied",
            description: "the person cancelled".into(),
        },
    );
    authorize::refused(app, refusal)
}
