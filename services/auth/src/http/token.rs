//! `POST /auth/token` (RFC 6749 section 3.2): code, refresh token and client credentials. Errors are those of the RFC,
//! not Problems: client libraries read them.

use crate::{
    app::App,
    clients::Client,
    error::Error,
    issue::PersonClaims,
    opaque::{self, Opaque},
    protocol::{Challenge, Scopes},
    store::{NewRefreshToken, SignIn},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{StatusCode, header};
use securechat_config::GrantType;
use securechat_contracts::dto::Grant;
use securechat_http_kit::{ApiError, Extracted, Json, Route, form, header as request_header, respond};
use serde::{Deserialize, Serialize};
use time::Duration;
use uuid::Uuid;
use warp::{
    Filter,
    reply::{Reply, Response},
};

const BODY_MAX: usize = 16 * 1024;

#[derive(Deserialize)]
struct Asked {
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    resource: Option<String>,
}

#[derive(Serialize)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
}

/// A refusal (RFC 6749 section 5.2), or a failure of ours.
enum Refusal {
    Client,
    Grant(&'static str, &'static str),
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) fn route(app: &App, base: &'static str) -> Route {
    let app = app.clone();
    warp::path(base)
        .and(warp::path!("token"))
        .and(warp::post())
        .and(request_header("authorization"))
        .and(form::<Asked>(BODY_MAX))
        .then(move |authorization, asked| respond("POST /auth/token", answer(app.clone(), authorization, asked)))
        .boxed()
}

async fn answer(app: App, authorization: Option<String>, asked: Extracted<Asked>) -> Result<Response, ApiError> {
    let Ok(asked) = asked else {
        return Ok(refused(StatusCode::BAD_REQUEST, "invalid_request", "the form cannot be read"));
    };
    let grant = asked.grant_type.clone();
    let answer = tokens(&app, authorization, asked).await;
    let outcome = match &answer {
        Ok(_) => "done",
        Err(Refusal::Client | Refusal::Grant(..)) => "refused",
        Err(Refusal::Failed(_)) => "failed",
    };
    app.counts.tokens(grant.as_deref(), outcome);
    match answer {
        Ok(tokens) => Ok(Json(tokens).into_response()),
        Err(Refusal::Client) => {
            let mut response = refused(StatusCode::UNAUTHORIZED, "invalid_client", "the client did not prove itself");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Basic"));
            Ok(response)
        }
        Err(Refusal::Grant(error, description)) => Ok(refused(StatusCode::BAD_REQUEST, error, description)),
        Err(Refusal::Failed(error)) => Err(error.into()),
    }
}

fn refused(status: StatusCode, error: &'static str, description: &'static str) -> Response {
    let body = serde_json::json!({ "error": error, "error_description": description });
    warp::reply::with_status(Json(body), status).into_response()
}

async fn tokens(app: &App, authorization: Option<String>, asked: Asked) -> Result<Tokens, Refusal> {
    let client = client(app, authorization.as_deref(), &asked)?;
    let may = |grant| client.grants.contains(&grant);
    let not_this_client = Refusal::Grant("unauthorized_client", "the client may not use this grant type");
    match asked.grant_type.as_deref() {
        Some("authorization_code") if may(GrantType::AuthorizationCode) => by_code(app, client, &asked).await,
        Some("refresh_token") if may(GrantType::RefreshToken) => by_refresh_token(app, client, &asked).await,
        Some("client_credentials") if may(GrantType::ClientCredentials) => by_credentials(app, client, &asked),
        Some("authorization_code" | "refresh_token" | "client_credentials") => Err(not_this_client),
        _ => Err(Refusal::Grant("unsupported_grant_type", "the grant type is unknown")),
    }
}

/// The client that proved itself (RFC 6749 section 2.3).
fn client<'a>(app: &'a App, authorization: Option<&str>, asked: &Asked) -> Result<&'a Client, Refusal> {
    let basic = authorization.and_then(|value| value.strip_prefix("Basic ")).map(basic);
    let (id, secret) = match basic {
        Some(Some((id, secret))) => (id, Some(secret)),
        Some(None) => return Err(Refusal::Client),
        None => (asked.client_id.clone().unwrap_or_default(), asked.client_secret.clone()),
    };
    let client = app.clients.get(&id).ok_or(Refusal::Client)?;
    if client.is_proved_by(secret.as_deref())? { Ok(client) } else { Err(Refusal::Client) }
}

/// RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
fn basic(value: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |half: &str| {
        let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(&format!("v={half}")).ok()?;
        pairs.pop().map(|(_, value)| value)
    };
    Some((decode(id)?, decode(secret)?))
}

async fn by_code(app: &App, client: &Client, asked: &Asked) -> Result<Tokens, Refusal> {
    let invalid = || Refusal::Grant("invalid_grant", "the code is unknown, used, too old, or not yours");
    let now = app.clock.now();
    let hash = opaque::hash(asked.code.as_deref().ok_or_else(invalid)?);
    let code = app.store.code(hash, now).await?.ok_or_else(invalid)?;
    let challenge = Challenge::parse(&code.challenge).ok_or_else(invalid)?;
    let verified = asked.code_verifier.as_deref().is_some_and(|verifier| challenge.is_met_by(verifier));
    if code.client_id != client.id || asked.redirect_uri.as_deref() != Some(code.redirect_uri.as_str()) || !verified {
        return Err(invalid());
    }
    // Asked before the code is used up: while `account` is away the code stays good.
    let grant = app.accounts.grant(code.sign_in.user_id).await?.ok_or_else(invalid)?;
    let scopes = Scopes::granted(&code.scope);
    let refresh = refresh_token(app, client, &scopes, code.family, &code.sign_in);
    let stored = refresh.as_ref().map(|(_, stored)| stored);
    if !app.store.use_code(hash, code.family, stored, now).await? {
        return Err(invalid());
    }
    let refresh = refresh.map(|(token, _)| token);
    for_person(app, client, &code.sign_in, &grant, &scopes, code.nonce.as_deref(), refresh)
}

async fn by_refresh_token(app: &App, client: &Client, asked: &Asked) -> Result<Tokens, Refusal> {
    let invalid = || Refusal::Grant("invalid_grant", "the refresh token is unknown, used, too old, or not yours");
    let now = app.clock.now();
    let hash = opaque::hash(asked.refresh_token.as_deref().ok_or_else(invalid)?);
    let token = app.store.refresh_token(hash, now).await?.ok_or_else(invalid)?;
    if token.client_id != client.id {
        return Err(invalid());
    }
    // Asked before the token is used up: while `account` is away the token stays good.
    let grant = app.accounts.grant(token.sign_in.user_id).await?.ok_or_else(invalid)?;
    let scopes = Scopes::granted(&token.scope);
    let (next, stored) = refresh_token(app, client, &scopes, token.family, &token.sign_in).ok_or_else(invalid)?;
    if !app.store.rotate(hash, &stored, now).await? {
        return Err(invalid());
    }
    for_person(app, client, &token.sign_in, &grant, &scopes, None, Some(next))
}

fn by_credentials(app: &App, client: &Client, asked: &Asked) -> Result<Tokens, Refusal> {
    if client.secret.is_none() {
        return Err(Refusal::Grant("unauthorized_client", "a public client has no credentials"));
    }
    let wrong = Refusal::Grant("invalid_target", "name one allowed audience as resource");
    let resource = asked.resource.as_deref().unwrap_or_default();
    let audience = client.audiences.iter().find(|audience| *audience == resource).ok_or(wrong)?;
    let access_token = app.issuer.service_token(&app.keys.signing()?, &client.id, std::slice::from_ref(audience))?;
    let expires_in = app.issuer.access_token_seconds;
    Ok(Tokens {
        access_token,
        token_type: "Bearer",
        expires_in,
        refresh_token: None,
        id_token: None,
        scope: String::new(),
    })
}

/// A refresh token, for a client that asked for one: never longer than the sign-in.
fn refresh_token(
    app: &App,
    client: &Client,
    scopes: &Scopes,
    family: Uuid,
    sign_in: &SignIn,
) -> Option<(String, NewRefreshToken)> {
    if !scopes.has("offline_access") || !client.grants.contains(&GrantType::RefreshToken) {
        return None;
    }
    let token = Opaque::new(&app.random);
    let now = app.clock.now();
    let stored = NewRefreshToken {
        hash: token.hash(),
        family,
        sign_in: sign_in.id,
        client_id: client.id.clone(),
        scope: scopes.to_string(),
        created_at: now,
        expires_at: (now + Duration::days(app.refresh_token_days.into())).min(sign_in.expires_at),
    };
    Some((token.as_str().to_owned(), stored))
}

fn for_person(
    app: &App,
    client: &Client,
    sign_in: &SignIn,
    grant: &Grant,
    scopes: &Scopes,
    nonce: Option<&str>,
    refresh_token: Option<String>,
) -> Result<Tokens, Refusal> {
    let key = app.keys.signing()?;
    let access_token = app.issuer.access_token(&key, &client.id, sign_in, grant, scopes)?;
    let person = PersonClaims::new(grant, scopes);
    let id_token = app.issuer.id_token(&key, &client.id, sign_in, person, &access_token, nonce)?;
    Ok(Tokens {
        access_token,
        token_type: "Bearer",
        expires_in: app.issuer.access_token_seconds,
        refresh_token,
        id_token: Some(id_token),
        scope: scopes.to_string(),
    })
}
