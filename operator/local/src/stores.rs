//! MariaDB, RabbitMQ and Redis, in folders of their own. Only MariaDB is waited for: sign-in needs nothing else, and
//! what is sent while RabbitMQ starts is delivered after.

use crate::{folder::Folder, machine::Machine, secrets};
use anyhow::Context;
use securechat_local_servers::{MariaDb, RabbitMq, Redis, Running, free_port};
use securechat_operator_plan::{Component, Port, SecretKey, SecretName};
use std::{fs, time::Duration};

const START: Duration = Duration::from_mins(1);
const GRACE: Duration = Duration::from_secs(20);

/// The running stores, in the order in which they were started.
pub(crate) struct Stores(Vec<Running>);

impl Stores {
    /// Starts all three and returns when MariaDB answers. `management` is the port of RabbitMQ's page.
    pub(crate) fn start(folder: &Folder, machine: &Machine, management: u16) -> anyhow::Result<Self> {
        let mut stores = Self(Vec::new());
        let started = stores.bring_up(folder, machine, management);
        if started.is_err() {
            stores.stop();
        }
        started.map(|()| stores)
    }

    fn bring_up(&mut self, folder: &Folder, machine: &Machine, management: u16) -> anyhow::Result<()> {
        let password = |secret, key: &str| {
            let path = secrets::file(&machine.secrets, &SecretKey::new(secret, key));
            fs::read_to_string(&path).with_context(|| path.display().to_string())
        };
        let port = |component, port| machine.ports.address(component, 0, port).port();
        let rabbitmq = RabbitMq {
            dir: folder.path("rabbitmq"),
            port: port(Component::Broker, Port::Amqp),
            management_port: Some(management),
            distribution_port: free_port()?,
            epmd_port: free_port()?,
            admin_password: password(SecretName::Broker, "password")?,
        };
        let redis = Redis {
            dir: folder.path("redis"),
            port: port(Component::Cache, Port::Redis),
            password: password(SecretName::External("cache".to_owned()), "password")?,
        };
        let mariadb = MariaDb {
            dir: folder.path("mariadb"),
            port: port(Component::Database, Port::Sql),
            admin_password: password(SecretName::Database, "admin-password")?,
            durable: true,
        };
        let mut epmd = rabbitmq.epmd().spawn(true)?;
        let epmd_ready = epmd.wait_ready(START);
        self.0.push(epmd);
        epmd_ready?;
        self.0.push(rabbitmq.server().spawn(true)?);
        self.0.push(redis.server().spawn(true)?);
        if let Some(install) = mariadb.install() {
            install.run()?;
        }
        let mut database = mariadb.server().spawn(true)?;
        let ready = database.wait_ready(START);
        self.0.push(database);
        Ok(ready?)
    }

    /// The first that has ended, and how, in a line.
    pub(crate) fn ended(&mut self) -> Option<(&mut Running, String)> {
        self.0.iter_mut().find_map(|store| match store.exited() {
            Ok(Some(status)) => {
                let line =
                    format!("{} ended ({status}) and is started again (log: {})", store.name(), store.log().display());
                Some((store, line))
            }
            _ => None,
        })
    }

    /// Ends them in the reverse order.
    pub(crate) fn stop(&mut self) {
        for mut store in self.0.drain(..).rev() {
            store.stop(GRACE);
        }
    }
}
