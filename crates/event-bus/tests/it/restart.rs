//! A broker of its own, which the test may stop.

use crate::{QUEUE, options, said};
use securechat_config::{Broker, Secret, Tls};
use securechat_contracts::event::EmailConfirmed;
use securechat_event_bus::{Bus, Publish, Received, Subscriptions};
use securechat_local_servers::{RabbitMq, Running, free_port};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;

const START: Duration = Duration::from_mins(2);

struct PrivateBroker {
    spec: RabbitMq,
    epmd: Running,
    server: Running,
}

impl PrivateBroker {
    fn start(dir: &Path) -> Self {
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
        let spec = RabbitMq {
            dir: dir.join("r"),
            port: free_port().unwrap(),
            management_port: None,
            distribution_port: free_port().unwrap(),
            epmd_port: free_port().unwrap(),
            admin_password: "test".into(),
        };
        let mut epmd = spec.epmd().spawn(false).unwrap();
        epmd.wait_ready(START).unwrap();
        let mut server = spec.server().spawn(false).unwrap();
        server.wait_ready(START).unwrap();
        Self { spec, epmd, server }
    }

    fn restart(&mut self) {
        self.server.stop(START);
        self.server = self.spec.server().spawn(false).unwrap();
        self.server.wait_ready(START).unwrap();
    }
}

impl Drop for PrivateBroker {
    fn drop(&mut self) {
        self.server.kill();
        self.epmd.kill();
    }
}

/// Proves: H-23, B-24.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_restart_in_the_middle_of_publishing_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut private = tokio::task::block_in_place(|| PrivateBroker::start(dir.path()));
    let secret = dir.path().join("password");
    std::fs::write(&secret, "test").unwrap();
    let config = Broker {
        host: "127.0.0.1".into(),
        port: private.spec.port,
        vhost: "/".into(),
        user: RabbitMq::ADMIN.into(),
        password_file: Secret(secret),
        tls: Tls::Off,
    };
    let bus = Bus::start(config, options());
    let (sender, mut received) = mpsc::unbounded_channel();
    let subscriptions = Subscriptions::new().on(move |r: Received<EmailConfirmed>| {
        sender.send(r.event.email.parse::<u32>().unwrap()).unwrap();
        async { Ok(()) }
    });
    bus.consume(QUEUE, subscriptions);

    let publisher = bus.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let publishing = tokio::spawn(async move { publish_until(&publisher, stopped).await });
    while received.recv().await.unwrap() < 100 {}
    tokio::task::block_in_place(|| private.restart());
    bus.connected().wait_for(|connected| *connected).await.unwrap();
    stop.send(()).unwrap();
    let confirmed = publishing.await.unwrap();
    assert!(confirmed > 100);

    let mut missing: BTreeSet<u32> = (101..confirmed).collect();
    while !missing.is_empty() {
        let next = tokio::time::timeout(Duration::from_secs(20), received.recv()).await;
        missing.remove(&next.unwrap_or_else(|_| panic!("never arrived: {missing:?}")).unwrap());
    }
}

/// Publishes 0, 1, 2 … each as often as it takes until the broker confirms; returns the first number not published.
async fn publish_until(bus: &Bus, mut stopped: tokio::sync::oneshot::Receiver<()>) -> u32 {
    let mut next = 0;
    while stopped.try_recv().is_err() {
        if bus.publish(&[said(&next.to_string())]).await == [Ok(())] {
            next += 1;
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    next
}
