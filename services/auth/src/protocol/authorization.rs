//! The authorization request (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1).

use super::{Challenge, Scopes};
use crate::clients::Client;
use securechat_config::GrantType;
use serde::{Deserialize, Serialize};
use url::Url;

/// The request as it came.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RawAuthorization {
    #[serde(default)]
    pub(crate) response_type: String,
    #[serde(default)]
    pub(crate) client_id: String,
    #[serde(default)]
    pub(crate) redirect_uri: String,
    #[serde(default)]
    pub(crate) scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    #[serde(default)]
    pub(crate) code_challenge: String,
    #[serde(default)]
    pub(crate) code_challenge_method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prompt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_age: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) login_hint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) response_mode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_uri: Option<String>,
}

/// Where the answer goes: a registered address, with the client's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RedirectTarget {
    pub(crate) uri: Url,
    pub(crate) state: Option<String>,
}

/// What the person is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// The sign-in page, if she is not signed in.
    IfNeeded,
    /// Nothing at all.
    None,
    /// The sign-in page, always.
    Login,
}

/// A request that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) target: RedirectTarget,
    pub(crate) scopes: Scopes,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Challenge,
    pub(crate) prompt: Prompt,
    pub(crate) max_age_seconds: Option<u32>,
}

/// A request that cannot be answered as wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AuthorizationError {
    /// Client or address are not registered: a person is told, nobody is redirected (RFC 6749 section 4.1.2.1).
    Shown(&'static str),
    /// The client is told.
    Redirected { target: Box<RedirectTarget>, error: &'static str, description: String },
}

impl RawAuthorization {
    /// Where an answer may go, for a request whose other parts may be wrong.
    pub(crate) fn target(&self, client: Option<&Client>) -> Result<RedirectTarget, AuthorizationError> {
        let shown = AuthorizationError::Shown;
        let client = client.ok_or(shown("The application that sent you here is not known to this server."))?;
        let wrong = "The application that sent you here did not name an address that it is registered with.";
        let uri = client.redirect_uris.iter().find(|uri| same(uri, &self.redirect_uri)).ok_or(shown(wrong))?;
        Ok(RedirectTarget { uri: uri.clone(), state: self.state.clone() })
    }

    pub(crate) fn parse(self, client: Option<&Client>) -> Result<AuthorizationRequest, AuthorizationError> {
        let target = self.target(client)?;
        let Some(client) = client else { return Err(AuthorizationError::Shown("")) };
        let refuse = |error, description: &str| AuthorizationError::Redirected {
            target: Box::new(target.clone()),
            error,
            description: description.to_owned(),
        };
        if self.request.is_some() || self.request_uri.is_some() {
            return Err(refuse("request_not_supported", "request objects are not supported"));
        }
        if !client.grants.contains(&GrantType::AuthorizationCode) {
            return Err(refuse("unauthorized_client", "this client may not use the authorization code"));
        }
        if self.response_type != "code" {
            return Err(refuse("unsupported_response_type", "only response_type=code is supported"));
        }
        if self.response_mode.as_deref().is_some_and(|mode| mode != "query") {
            return Err(refuse("invalid_request", "only response_mode=query is supported"));
        }
        if self.code_challenge_method != "S256" {
            return Err(refuse("invalid_request", "code_challenge_method must be S256"));
        }
        let challenge = Challenge::parse(&self.code_challenge)
            .ok_or_else(|| refuse("invalid_request", "code_challenge must be a base64url SHA-256"))?;
        let scopes = Scopes::parse(&self.scope, &client.scopes)
            .map_err(|scope| refuse("invalid_scope", &format!("the scope {scope} is unknown or not allowed")))?;
        if !scopes.has("openid") {
            return Err(refuse("invalid_scope", "the scope openid is needed"));
        }
        if self.nonce.as_ref().is_some_and(|nonce| nonce.len() > 255) {
            return Err(refuse("invalid_request", "nonce is longer than 255 characters"));
        }
        let prompt = match self.prompt.as_deref() {
            None | Some("" | "consent" | "select_account") => Prompt::IfNeeded,
            Some("none") => Prompt::None,
            Some("login") => Prompt::Login,
            Some(_) => return Err(refuse("invalid_request", "prompt is unknown")),
        };
        Ok(AuthorizationRequest {
            client_id: client.id.clone(),
            scopes,
            nonce: self.nonce,
            challenge,
            prompt,
            max_age_seconds: self.max_age,
            target,
        })
    }
}

/// Addresses are compared as text, exactly (RFC 9700 section 2.1).
fn same(registered: &Url, given: &str) -> bool {
    registered.as_str() == given
}

impl RedirectTarget {
    /// The address with `parameters`, the state and our name (RFC 9207).
    pub(crate) fn with(&self, issuer: &str, parameters: &[(&str, &str)]) -> String {
        let mut uri = self.uri.clone();
        {
            let mut query = uri.query_pairs_mut();
            query.extend_pairs(parameters);
            if let Some(state) = &self.state {
                query.append_pair("state", state);
            }
            query.append_pair("iss", issuer);
        }
        uri.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client {
            id: "app".into(),
            name: "App".into(),
            secret: None,
            grants: vec![GrantType::AuthorizationCode],
            redirect_uris: vec![Url::parse("https://chat.example/signed-in").unwrap()],
            post_logout_redirect_uris: vec![],
            scopes: vec!["openid".into(), "chats".into()],
            audiences: vec![],
        }
    }

    fn good() -> RawAuthorization {
        RawAuthorization {
            response_type: "code".into(),
            client_id: "app".into(),
            redirect_uri: "https://chat.example/signed-in".into(),
            scope: "openid chats".into(),
            state: Some("s".into()),
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
            code_challenge_method: "S256".into(),
            ..RawAuthorization::default()
        }
    }

    fn error(raw: RawAuthorization) -> &'static str {
        match raw.parse(Some(&client())).unwrap_err() {
            AuthorizationError::Redirected { error, .. } => error,
            AuthorizationError::Shown(_) => "shown",
        }
    }

    #[test]
    fn a_good_request_is_read() {
        let request = good().parse(Some(&client())).unwrap();
        assert_eq!((request.scopes.to_string().as_str(), request.prompt), ("openid chats", Prompt::IfNeeded));
    }

    #[test]
    fn an_unregistered_address_is_shown_and_never_redirected_to() {
        for uri in
            ["https://chat.example/signed-in/", "https://evil.example/", "https://chat.example/signed-in?x=1", ""]
        {
            assert_eq!(error(RawAuthorization { redirect_uri: uri.into(), ..good() }), "shown", "{uri}");
        }
        assert!(matches!(good().parse(None), Err(AuthorizationError::Shown(_))));
    }

    /// Proves: W-01.
    #[test]
    fn implicit_plain_pkce_and_foreign_scopes_are_refused() {
        for response_type in ["token", "id_token", "id_token token", "code token", ""] {
            let raw = RawAuthorization { response_type: response_type.into(), ..good() };
            assert_eq!(error(raw), "unsupported_response_type");
        }
        assert_eq!(error(RawAuthorization { code_challenge_method: "plain".into(), ..good() }), "invalid_request");
        assert_eq!(error(RawAuthorization { code_challenge: String::new(), ..good() }), "invalid_request");
        assert_eq!(error(RawAuthorization { scope: "openid users".into(), ..good() }), "invalid_scope");
        assert_eq!(error(RawAuthorization { scope: "chats".into(), ..good() }), "invalid_scope");
        assert_eq!(error(RawAuthorization { prompt: Some("x".into()), ..good() }), "invalid_request");
    }
}
