//! A broker with a certificate of its own authority.

use crate::options;
use securechat_config::{Broker, Secret, Tls};
use securechat_event_bus::Bus;
use securechat_local_servers::{RabbitMq, free_port};
use securechat_test_kit::TestAuthority;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

const START: Duration = Duration::from_mins(2);

/// Proves: A-18.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_is_trusted_when_its_own_authority_is_named_and_not_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let (ours, others) = (TestAuthority::new(&dir.path().join("a")), TestAuthority::new(&dir.path().join("b")));
    let spec = RabbitMq {
        dir: dir.path().join("r"),
        port: free_port().unwrap(),
        management_port: None,
        distribution_port: free_port().unwrap(),
        epmd_port: free_port().unwrap(),
        admin_password: "test".into(),
    };
    let port = free_port().unwrap();
    let mut server = spec.server();
    let tls = format!(
        "listeners.ssl.default = 127.0.0.1:{port}\nssl_options.cacertfile = {}\nssl_options.certfile = {}\n\
         ssl_options.keyfile = {}\nssl_options.verify = verify_none\n",
        ours.certificate().display(),
        ours.server_certificate().display(),
        ours.server_key().display()
    );
    server.files[0].1.push_str(&tls);
    let (mut epmd, mut server) = tokio::task::block_in_place(|| {
        let mut epmd = spec.epmd().spawn(false).unwrap();
        epmd.wait_ready(START).unwrap();
        let mut server = server.spawn(false).unwrap();
        server.wait_ready(START).unwrap();
        (epmd, server)
    });
    let secret = dir.path().join("password");
    std::fs::write(&secret, "test").unwrap();
    let connects = |tls: Tls| {
        let password_file = Secret(secret.clone());
        let (vhost, user) = ("/".to_owned(), RabbitMq::ADMIN.to_owned());
        let bus = Bus::start(Broker { host: "localhost".into(), port, vhost, user, password_file, tls }, options());
        async move {
            let mut connected = bus.connected();
            let seen =
                tokio::time::timeout(Duration::from_secs(4), connected.wait_for(|connected| *connected)).await.is_ok();
            bus.stop();
            seen
        }
    };
    assert!(connects(Tls::Authority(Secret(ours.certificate()))).await);
    assert!(!connects(Tls::Authority(Secret(others.certificate()))).await, "another authority signed it");
    assert!(!connects(Tls::Required).await, "no public authority signed it");
    server.kill();
    epmd.kill();
}
