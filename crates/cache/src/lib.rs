//! The cache: how a process reaches Redis or Valkey. What is kept there, and what happens while it is away, is each
//! service's own.

use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, RedisError, TlsCertificates};
use securechat_config::{Cache, ConfigError, Tls};

/// The cache cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] ConfigError),
    /// The address or the authority's certificate is none.
    #[error("the cache's address cannot be used: {0}")]
    Address(#[from] RedisError),
}

/// A client that connects when it is first used.
///
/// # Errors
/// See [`CacheError`].
pub fn client(config: &Cache) -> Result<Client, CacheError> {
    let mut login = RedisConnectionInfo::default();
    if let Some(user) = &config.user {
        login = login.set_username(user);
    }
    if let Some(file) = &config.password_file {
        login = login.set_password(file.read()?);
    }
    let address = (config.host.as_str(), config.port).into_connection_info()?.set_redis_settings(login);
    let authority = match &config.tls {
        Tls::Off => return Ok(Client::open(address)?),
        Tls::Required => None,
        Tls::Authority(file) => Some(file.read()?.into_bytes()),
    };
    let secured =
        ConnectionAddr::TcpTls { host: config.host.clone(), port: config.port, insecure: false, tls_params: None };
    let certificates = TlsCertificates { client_tls: None, root_cert: authority };
    Ok(Client::build_with_tls(address.set_addr(secured), certificates)?)
}
