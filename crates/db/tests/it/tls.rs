//! A database server with a certificate of its own authority.

use securechat_config::{Secret, Tls};
use securechat_local_servers::{MariaDb, free_port};
use securechat_test_kit::TestAuthority;
use sqlx::{ConnectOptions as _, Connection as _};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

/// Proves: A-18.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_trusted_when_its_own_authority_is_named_and_not_otherwise() {
    let dir = tempfile::Builder::new().prefix("sc-").tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let (ours, others) = (TestAuthority::new(&dir.path().join("a")), TestAuthority::new(&dir.path().join("b")));
    let port = free_port().unwrap();
    let database = MariaDb { dir: dir.path().join("m"), port, admin_password: "secret".into(), durable: false };
    database.install().unwrap().run().unwrap();
    let mut server = database.server();
    for (option, file) in [("cert", ours.server_certificate()), ("key", ours.server_key())] {
        server.args.push(format!("--ssl-{option}={}", file.display()).into());
    }
    let mut server = server.spawn(true).unwrap();
    server.wait_ready(Duration::from_mins(1)).unwrap();
    let connect = |tls: Tls| async move {
        let options = securechat_db::connect_options("127.0.0.1", port, MariaDb::ADMIN, "secret", &tls);
        let mut connection = options.connect().await?;
        let cipher: (String, String) =
            sqlx::query_as("SHOW SESSION STATUS LIKE 'Ssl_cipher'").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(cipher.1)
    };
    assert_ne!(connect(Tls::Authority(Secret(ours.certificate()))).await.unwrap(), "");
    assert!(connect(Tls::Authority(Secret(others.certificate()))).await.is_err(), "another authority signed it");
    assert!(connect(Tls::Required).await.is_err(), "no public authority signed it");
    server.kill();
}
