//! `GET /auth/authorize` (OpenID Connect Core section 3.1.2). (W-01)

use super::{cookie, pages};
use crate::{
    app::App,
    error::Error,
    opaque::Opaque,
    protocol::{AuthorizationError, AuthorizationRequest, Prompt, RawAuthorization},
    store::{NewCode, SignIn},
};
use http::{HeaderMap, StatusCode};
use securechat_http_kit::{ApiError, Extracted, Route, SeeOther, query, respond};
use time::Duration;
use warp::{
    Filter,
    reply::{Reply, Response},
};

const CODE_LIFE: Duration = Duration::seconds(60);

pub(super) fn route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("auth" / "authorize")
        .and(warp::get())
        .and(warp::header::headers_cloned())
        .and(query::<RawAuthorization>())
        .then(move |headers, raw| respond("GET /auth/authorize", authorize(app.clone(), headers, raw)))
        .boxed()
}

async fn authorize(app: App, headers: HeaderMap, raw: Extracted<RawAuthorization>) -> Result<Response, ApiError> {
    let Ok(raw) = raw else {
        return pages::error(&app, StatusCode::BAD_REQUEST, "The address that brought you here is broken.");
    };
    let pending = pending(&raw)?;
    let request = match raw.clone().parse(app.clients.get(&raw.client_id)) {
        Ok(request) => request,
        Err(error) => return refused(&app, error),
    };
    let sign_in = cookie::sign_in(&app, &headers).await?.filter(|sign_in| fresh_enough(&app, &request, sign_in));
    match (sign_in, request.prompt) {
        (Some(sign_in), Prompt::IfNeeded | Prompt::None) => code(&app, &request, &sign_in).await,
        (None, Prompt::None) => {
            let parameters = [("error", "login_required")];
            Ok(SeeOther(request.target.with(&app.issuer.name, &parameters)).into_response())
        }
        (_, Prompt::IfNeeded | Prompt::Login) => {
            let query = serde_urlencoded::to_string([("return_to", pending)]).map_err(ApiError::internal)?;
            Ok(SeeOther(format!("/auth/login?{query}")).into_response())
        }
    }
}

/// The request without `prompt`, to come back to after the sign-in page.
fn pending(raw: &RawAuthorization) -> Result<String, ApiError> {
    let raw = RawAuthorization { prompt: None, max_age: None, ..raw.clone() };
    let query = serde_urlencoded::to_string(raw).map_err(ApiError::internal)?;
    Ok(format!("/auth/authorize?{query}"))
}

pub(super) fn refused(app: &App, error: AuthorizationError) -> Result<Response, ApiError> {
    match error {
        AuthorizationError::Shown(text) => pages::error(app, StatusCode::BAD_REQUEST, text),
        AuthorizationError::Redirected { target, error, description } => {
            let parameters = [("error", error), ("error_description", &description)];
            Ok(SeeOther(target.with(&app.issuer.name, &parameters)).into_response())
        }
    }
}

fn fresh_enough(app: &App, request: &AuthorizationRequest, sign_in: &SignIn) -> bool {
    let age = app.clock.now() - sign_in.created_at;
    request.max_age_seconds.is_none_or(|max| age <= Duration::seconds(max.into()))
}

async fn code(app: &App, request: &AuthorizationRequest, sign_in: &SignIn) -> Result<Response, ApiError> {
    let code = Opaque::new(&app.random);
    let new = NewCode {
        hash: code.hash(),
        sign_in: sign_in.id,
        family: app.ids.uuid_v7(),
        client_id: request.client_id.clone(),
        redirect_uri: request.target.uri.to_string(),
        scope: request.scopes.to_string(),
        challenge: request.challenge.as_str().to_owned(),
        nonce: request.nonce.clone(),
        expires_at: app.clock.now() + CODE_LIFE,
    };
    app.store.add_code(&new).await.map_err(Error::from)?;
    let parameters = [("code", code.as_str())];
    Ok(SeeOther(request.target.with(&app.issuer.name, &parameters)).into_response())
}
