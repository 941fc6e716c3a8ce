//! `GET` and `POST /auth/userinfo` (OpenID Connect Core section 5.3): always from `account`, never from the token.

use crate::{app::App, error::Error, issue::PersonClaims, protocol::Scopes};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use securechat_auth_verify::{Claims, TOKEN_TYPE};
use securechat_contracts::ProblemKind;
use securechat_http_kit::{ApiError, Json, Route, header, respond};
use serde::Serialize;
use warp::{Filter, reply::Reply};

#[derive(Serialize)]
struct UserInfo<'a> {
    sub: String,
    #[serde(flatten)]
    person: PersonClaims<'a>,
}

pub(super) fn route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("auth" / "userinfo")
        .and(warp::get().or(warp::post()).unify())
        .and(header("authorization"))
        .then(move |token| respond("GET /auth/userinfo", userinfo(app.clone(), token)))
        .boxed()
}

async fn userinfo(app: App, authorization: Option<String>) -> Result<impl Reply, ApiError> {
    let unauthenticated = || ApiError::new(ProblemKind::Unauthenticated);
    let authorization = authorization.ok_or_else(unauthenticated)?;
    let token = authorization.strip_prefix("Bearer ").ok_or_else(unauthenticated)?;
    let claims = claims(&app, token)?.ok_or_else(unauthenticated)?;
    let scopes = Scopes::granted(&claims.scope);
    if !scopes.has("openid") {
        return Err(ApiError::new(ProblemKind::Forbidden).detail("the scope openid is missing"));
    }
    let user = claims.sub.parse().map_err(|_| unauthenticated())?;
    let grant = app.accounts.grant(user).await.map_err(Error::from)?.ok_or_else(unauthenticated)?;
    if claims.auth_epoch != Some(grant.auth_epoch) {
        return Err(unauthenticated());
    }
    let info = UserInfo { sub: claims.sub, person: PersonClaims::new(&grant, &scopes) };
    serde_json::to_value(info).map(Json).map_err(ApiError::internal)
}

fn claims(app: &App, token: &str) -> Result<Option<Claims>, Error> {
    let keys = app.keys.current()?;
    let Ok(header) = decode_header(token) else { return Ok(None) };
    let key = header.kid.and_then(|kid| keys.verifying(&kid));
    let (Some(key), Some(TOKEN_TYPE)) = (key, header.typ.as_deref()) else { return Ok(None) };
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[&app.issuer.name]);
    validation.validate_aud = false;
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, &key, &validation).ok().map(|data| data.claims);
    Ok(claims.filter(|claims| claims.exp > app.clock.now().unix_timestamp()))
}
