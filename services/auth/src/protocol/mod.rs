//! The rules of OAuth 2.0 and OpenID Connect, without I/O.

pub(crate) mod authorization;
pub(crate) mod pkce;
pub(crate) mod scope;

pub(crate) use authorization::{AuthorizationError, AuthorizationRequest, Prompt, RawAuthorization};
pub(crate) use pkce::Challenge;
pub(crate) use scope::Scopes;
