//! `GET` and `POST /auth/logout` (OpenID Connect RP-Initiated Logout 1.0): without a question for an application that
//! proves itself by the ID token of this very sign-in, with one for everybody else. (W-05)

use super::{cookie, pages};
use crate::{app::App, error::Error};
use http::HeaderMap;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use securechat_http_kit::{ApiError, Extracted, Route, SeeOther, query, respond};
use serde::Deserialize;
use warp::{
    Filter,
    reply::{Reply, Response},
};

#[derive(Deserialize)]
struct Asked {
    id_token_hint: Option<String>,
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Submitted {
    #[serde(default)]
    target: String,
}

#[derive(Deserialize)]
struct Hint {
    sid: String,
}

pub(super) fn show(app: &App) -> Route {
    let app = app.clone();
    warp::path!("auth" / "logout")
        .and(warp::get())
        .and(warp::header::headers_cloned())
        .and(query::<Asked>())
        .then(move |headers, asked| respond("GET /auth/logout", ask(app.clone(), headers, asked)))
        .boxed()
}

pub(super) fn submit(app: &App) -> Route {
    let app = app.clone();
    warp::path!("auth" / "logout")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(app.guard.form::<Submitted>())
        .then(move |headers: HeaderMap, form: Extracted<Submitted>| {
            let app = app.clone();
            respond("POST /auth/logout", async move {
                let target = form?.target;
                sign_out(&app, &headers, registered(&app, &target, None)).await
            })
        })
        .boxed()
}

async fn ask(app: App, headers: HeaderMap, asked: Extracted<Asked>) -> Result<Response, ApiError> {
    let asked = asked?;
    let uri = asked.post_logout_redirect_uri.unwrap_or_default();
    let Some(sign_in) = cookie::sign_in(&app, &headers).await? else {
        return sign_out(&app, &headers, registered(&app, &uri, asked.state.as_deref())).await;
    };
    let proved = asked.id_token_hint.and_then(|hint| sid(&app, &hint)).is_some_and(|sid| sid == sign_in.id.to_string());
    if proved {
        return sign_out(&app, &headers, registered(&app, &uri, asked.state.as_deref())).await;
    }
    pages::logout(&app, &headers, &uri)
}

/// The sign-in that an ID token of ours came from, even if the token ended long ago.
fn sid(app: &App, token: &str) -> Option<String> {
    let key = app.keys.current().ok()?.verifying(&decode_header(token).ok()?.kid?)?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[&app.issuer.name]);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["iss", "sub"]);
    Some(decode::<Hint>(token, &key, &validation).ok()?.claims.sid)
}

fn registered(app: &App, uri: &str, state: Option<&str>) -> Option<String> {
    let mut target = app.clients.post_logout_target(uri)?.clone();
    if let Some(state) = state {
        target.query_pairs_mut().append_pair("state", state);
    }
    Some(target.into())
}

async fn sign_out(app: &App, headers: &HeaderMap, target: Option<String>) -> Result<Response, ApiError> {
    if let Some(sign_in) = cookie::sign_in(app, headers).await? {
        app.store.end_sign_in(sign_in.id, app.clock.now()).await.map_err(Error::from)?;
    }
    let mut response = match target {
        Some(target) => SeeOther(target).into_response(),
        None => pages::signed_out(app)?,
    };
    cookie::clear(app, &mut response);
    Ok(response)
}
