//! Making tokens.

use crate::{keys::SigningKey, protocol::Scopes, store::SignIn};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header, encode};
use securechat_auth_verify::{Claims, TOKEN_TYPE};
use securechat_contracts::{Permission, dto::Grant};
use securechat_kernel::{ClockRef, IdGeneratorRef};
use serde::Serialize;
use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, jsonwebtoken::errors::Error>;

/// Makes access and ID tokens.
#[derive(Clone)]
pub(crate) struct Issuer {
    /// `<public URL>/auth`.
    pub(crate) name: String,
    pub(crate) access_token_seconds: u32,
    pub(crate) clock: ClockRef,
    pub(crate) ids: IdGeneratorRef,
}

/// OpenID Connect Core section 2, with what the granted scopes add. (W-10)
#[derive(Debug, Serialize)]
pub(crate) struct IdClaims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    at_hash: String,
    #[serde(flatten)]
    person: PersonClaims<'a>,
}

/// What a client learns of a person: in the ID token and from userinfo, by scope.
#[derive(Debug, Serialize)]
pub(crate) struct PersonClaims<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<&'a [Permission]>,
}

impl<'a> PersonClaims<'a> {
    pub(crate) fn new(grant: &'a Grant, scopes: &Scopes) -> Self {
        let profile = scopes.has("profile").then_some(grant.user_name.as_str());
        let email = scopes.has("email");
        Self {
            name: profile,
            preferred_username: profile,
            email: email.then_some(grant.email.as_str()),
            email_verified: email.then_some(grant.email_verified),
            permissions: scopes.has("permissions").then_some(grant.permissions.as_slice()),
        }
    }
}

impl Issuer {
    /// A person's access token (RFC 9068).
    pub(crate) fn access_token(
        &self,
        key: &SigningKey,
        client_id: &str,
        sign_in: &SignIn,
        grant: &Grant,
        scopes: &Scopes,
    ) -> Result<String> {
        let mut claims = self.claims(&grant.user_id.to_string(), client_id, scopes.audiences());
        claims.scope = scopes.to_string();
        claims.sid = Some(sign_in.id.to_string());
        claims.auth_epoch = Some(grant.auth_epoch);
        claims.permissions.clone_from(&grant.permissions);
        sign(key, TOKEN_TYPE, &claims)
    }

    /// A service's access token: its subject is itself.
    pub(crate) fn service_token(&self, key: &SigningKey, client_id: &str, audiences: &[String]) -> Result<String> {
        sign(key, TOKEN_TYPE, &self.claims(client_id, client_id, audiences.to_vec()))
    }

    pub(crate) fn id_token(
        &self,
        key: &SigningKey,
        client_id: &str,
        sign_in: &SignIn,
        person: PersonClaims<'_>,
        access_token: &str,
        nonce: Option<&str>,
    ) -> Result<String> {
        let now = self.clock.now().unix_timestamp();
        let half = &Sha256::digest(access_token.as_bytes())[..16];
        let claims = IdClaims {
            iss: &self.name,
            sub: sign_in.user_id.to_string(),
            aud: client_id,
            exp: now + i64::from(self.access_token_seconds),
            iat: now,
            auth_time: sign_in.created_at.unix_timestamp(),
            sid: sign_in.id.to_string(),
            nonce,
            at_hash: URL_SAFE_NO_PAD.encode(half),
            person,
        };
        sign(key, "JWT", &claims)
    }

    fn claims(&self, subject: &str, client_id: &str, audiences: Vec<String>) -> Claims {
        let now = self.clock.now().unix_timestamp();
        Claims {
            iss: self.name.clone(),
            sub: subject.to_owned(),
            aud: audiences,
            exp: now + i64::from(self.access_token_seconds),
            iat: now,
            jti: self.ids.uuid_v7().to_string(),
            client_id: client_id.to_owned(),
            scope: String::new(),
            sid: None,
            auth_epoch: None,
            permissions: Vec::new(),
        }
    }
}

fn sign(key: &SigningKey, typ: &str, claims: &impl Serialize) -> Result<String> {
    let mut header = Header::new(Algorithm::RS256);
    header.typ = Some(typ.to_owned());
    header.kid = Some(key.kid.clone());
    encode(&header, claims, &key.key)
}
