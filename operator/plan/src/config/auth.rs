use super::{WEB_CLIENT, WEB_SCOPES, Writer, count};
use crate::{Component, Purpose, SecretKey, SecretName};
use securechat_config as config;
use securechat_contracts::{ServiceName, calls::CALLS};
use securechat_operator_api::spec::{Client, Grant};

/// The key of the `keys` Secret that encrypts the signing keys in the database.
pub(crate) const KEY_ENCRYPTION_KEY: &str = "key-encryption-key";

impl Writer<'_> {
    pub(super) fn auth(&mut self) -> config::Auth {
        let limits = &self.request.spec.limits;
        let (sign_in_days, failed_sign_ins_max) = (count(limits.sign_in_days), count(limits.failed_sign_ins));
        config::Auth {
            http: self.http(Component::Service(ServiceName::Auth)),
            telemetry: self.telemetry(),
            database: self.database(ServiceName::Auth, Purpose::Database),
            cache: self.cache(ServiceName::Auth),
            public_url: self.request.url.clone(),
            account: self.peer(ServiceName::Account),
            key_encryption_key_file: self.secret(&SecretKey::new(SecretName::Keys, KEY_ENCRYPTION_KEY)),
            clients: self.clients(),
            access_token_seconds: 300,
            refresh_token_days: 14.min(sign_in_days),
            sign_in_days,
            key_days: 30,
            key_announce_seconds: 900,
            failed_sign_ins_max,
        }
    }

    /// The declared clients, the browser application if it is not among them, and the services that call others.
    fn clients(&mut self) -> Vec<config::Client> {
        let declared = self.request.spec.clients.clone();
        let mut clients = Vec::new();
        if !declared.iter().any(|client| client.id == WEB_CLIENT) {
            clients.push(self.web_client());
        }
        clients.extend(declared.iter().map(|client| self.client(client)));
        // auth signs its own service tokens.
        for service in ServiceName::ALL.into_iter().filter(|service| *service != ServiceName::Auth) {
            let audiences: Vec<_> = CALLS.iter().filter(|c| c.caller == service).map(|c| c.callee.audience()).collect();
            if !audiences.is_empty() {
                clients.push(self.service_client(service, audiences));
            }
        }
        clients
    }

    fn web_client(&self) -> config::Client {
        config::Client {
            id: WEB_CLIENT.to_owned(),
            name: "SecureChat".to_owned(),
            secret_file: None,
            grants: vec![config::GrantType::AuthorizationCode, config::GrantType::RefreshToken],
            redirect_uris: self.urls(&["/signed-in".to_owned(), "/silent.html".to_owned()]),
            post_logout_redirect_uris: self.urls(&["/signed-out".to_owned()]),
            scopes: WEB_SCOPES.map(str::to_owned).to_vec(),
            audiences: Vec::new(),
        }
    }

    fn client(&mut self, client: &Client) -> config::Client {
        let secret = client.secret.as_ref();
        let secret_file =
            secret.map(|secret| self.secret(&SecretKey::new(SecretName::External(secret.name.clone()), "secret")));
        let scopes =
            if client.scopes.is_empty() { WEB_SCOPES.map(str::to_owned).to_vec() } else { client.scopes.clone() };
        config::Client {
            id: client.id.clone(),
            name: client.name.clone(),
            secret_file,
            grants: client.grants.iter().map(|grant| grant_type(*grant)).collect(),
            redirect_uris: self.urls(&client.redirect_uris),
            post_logout_redirect_uris: self.urls(&client.post_logout_redirect_uris),
            scopes,
            audiences: Vec::new(),
        }
    }

    fn service_client(&mut self, service: ServiceName, audiences: Vec<String>) -> config::Client {
        config::Client {
            id: service.to_string(),
            name: service.to_string(),
            secret_file: Some(self.own_secret(service, "client-secret")),
            grants: vec![config::GrantType::ClientCredentials],
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            scopes: Vec::new(),
            audiences,
        }
    }

    /// Absolute URLs; one that begins with `/` is below the public URL. The request was checked: all can be joined.
    fn urls(&self, uris: &[String]) -> Vec<url::Url> {
        uris.iter().filter_map(|uri| self.request.url.join(uri).ok()).collect()
    }
}

fn grant_type(grant: Grant) -> config::GrantType {
    match grant {
        Grant::AuthorizationCode => config::GrantType::AuthorizationCode,
        Grant::RefreshToken => config::GrantType::RefreshToken,
        Grant::ClientCredentials => config::GrantType::ClientCredentials,
    }
}
