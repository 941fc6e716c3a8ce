//! `GET /auth/.well-known/openid-configuration` (OpenID Connect Discovery 1.0 section 4).

use crate::{app::App, protocol::scope};
use securechat_http_kit::{Json, Route, respond};
use serde_json::{Value, json};
use warp::Filter;

pub(super) fn route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("auth" / ".well-known" / "openid-configuration")
        .and(warp::get())
        .then(move || {
            let document = document(&app.issuer.name);
            respond("GET /auth/.well-known/openid-configuration", async { Ok(Json(document)) })
        })
        .boxed()
}

fn document(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "end_session_endpoint": format!("{issuer}/logout"),
        "jwks_uri": format!("{issuer}/jwks"),
        "scopes_supported": scope::all(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login"],
        "claims_supported": ["sub", "name", "preferred_username", "email", "email_verified", "permissions", "sid", "auth_time"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    })
}
