//! The cache over TLS, with a real Redis.

#![expect(clippy::unwrap_used, reason = "a test has no better use for an error than to end with it")]

use securechat_config::{Cache, Secret, Tls};
use securechat_local_servers::{ProcessSpec, Running, free_port};
use securechat_test_kit::TestAuthority;
use std::time::Duration;

/// A Redis that speaks TLS alone.
fn redis(authority: &TestAuthority, dir: &std::path::Path, port: u16) -> Running {
    let configuration = format!(
        "port 0\ntls-port {port}\nbind 127.0.0.1\ntls-auth-clients no\nsave \"\"\n\
         tls-cert-file {}\ntls-key-file {}\ntls-ca-cert-file {}\n",
        authority.server_certificate().display(),
        authority.server_key().display(),
        authority.certificate().display()
    );
    let file = dir.join("redis.conf");
    let spec = ProcessSpec {
        name: "Redis",
        package: "redis-server",
        program: "/usr/bin/redis-server".into(),
        args: vec![file.clone().into()],
        env: Vec::new(),
        dir: dir.to_owned(),
        files: vec![(file, configuration)],
        log: dir.join("redis.log"),
        port: Some(port),
    };
    let mut running = spec.spawn(true).unwrap();
    running.wait_ready(Duration::from_secs(20)).unwrap();
    running
}

async fn pong(port: u16, tls: Tls) -> Result<String, String> {
    let config = Cache { host: "127.0.0.1".into(), port, user: None, password_file: None, prefix: String::new(), tls };
    let client = securechat_cache::client(&config).map_err(|error| error.to_string())?;
    let mut connection = client.get_multiplexed_async_connection().await.map_err(|error| error.to_string())?;
    redis::cmd("PING").query_async(&mut connection).await.map_err(|error| error.to_string())
}

/// Proves: A-18.
#[tokio::test(flavor = "multi_thread")]
async fn the_cache_is_trusted_when_its_own_authority_is_named_and_not_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, others) = (TestAuthority::new(&dir.path().join("a")), TestAuthority::new(&dir.path().join("b")));
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let port = free_port().unwrap();
    let mut server = redis(&ours, &dir.path().join("r"), port);
    assert_eq!(pong(port, Tls::Authority(Secret(ours.certificate()))).await.as_deref(), Ok("PONG"));
    assert!(pong(port, Tls::Authority(Secret(others.certificate()))).await.is_err(), "another authority signed it");
    assert!(pong(port, Tls::Required).await.is_err(), "no public authority signed it");
    assert!(pong(port, Tls::Off).await.is_err(), "what was asked to be secret is not sent in the clear");
    let absent = pong(port, Tls::Authority(Secret("/nowhere/ca.crt".into()))).await.unwrap_err();
    assert!(absent.contains("/nowhere/ca.crt"), "{absent}");
    server.kill();
}
