//! The applications that may ask for tokens, from configuration. (W-09)

use securechat_config::{ConfigError, GrantType, Secret};
use subtle::ConstantTimeEq;
use url::Url;

/// An application.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) secret: Option<Secret>,
    pub(crate) grants: Vec<GrantType>,
    pub(crate) redirect_uris: Vec<Url>,
    pub(crate) post_logout_redirect_uris: Vec<Url>,
    pub(crate) scopes: Vec<String>,
    pub(crate) audiences: Vec<String>,
}

impl Client {
    /// Whether whoever asks proved to be this client: by the secret, or by needing none.
    pub(crate) fn is_proved_by(&self, secret: Option<&str>) -> Result<bool, ConfigError> {
        let Some(file) = &self.secret else { return Ok(secret.is_none()) };
        let expected = file.read()?;
        Ok(secret.is_some_and(|given| bool::from(given.as_bytes().ct_eq(expected.as_bytes()))))
    }
}

/// All applications.
#[derive(Debug, Clone)]
pub(crate) struct Clients(Vec<Client>);

impl Clients {
    pub(crate) fn new(config: &[securechat_config::Client]) -> Self {
        let client = |c: &securechat_config::Client| Client {
            id: c.id.clone(),
            name: c.name.clone(),
            secret: c.secret_file.clone(),
            grants: c.grants.clone(),
            redirect_uris: c.redirect_uris.clone(),
            post_logout_redirect_uris: c.post_logout_redirect_uris.clone(),
            scopes: c.scopes.clone(),
            audiences: c.audiences.clone(),
        };
        Self(config.iter().map(client).collect())
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Client> {
        self.0.iter().find(|client| client.id == id)
    }
}

impl Clients {
    /// The origins that a sign-in or sign-out may end at.
    pub(crate) fn origins(&self) -> Vec<String> {
        let uris =
            self.0.iter().flat_map(|client| client.redirect_uris.iter().chain(&client.post_logout_redirect_uris));
        let mut origins: Vec<_> = uris.map(securechat_pages::origin).collect();
        origins.sort();
        origins.dedup();
        origins
    }

    /// The address `uri`, when some application registered it for after a sign-out.
    pub(crate) fn post_logout_target(&self, uri: &str) -> Option<&Url> {
        self.0.iter().flat_map(|client| &client.post_logout_redirect_uris).find(|registered| registered.as_str() == uri)
    }
}
