//! The three servers together.

use crate::{MariaDb, ProcessError, RabbitMq, Redis, Running};
use std::time::Duration;

const START: Duration = Duration::from_mins(2);
const GRACE: Duration = Duration::from_secs(20);

/// MariaDB, RabbitMQ (with its epmd) and Redis, started together. Dropping the value leaves them running:
/// call [`Servers::stop`].
#[derive(Debug)]
pub struct Servers {
    running: Vec<Running>,
}

impl Servers {
    /// Starts all and waits until each is ready; RabbitMQ, the slowest, starts while MariaDB makes its folder.
    /// When one fails the others are stopped.
    ///
    /// # Errors
    /// The first [`ProcessError`].
    pub fn start(
        mariadb: &MariaDb,
        rabbitmq: &RabbitMq,
        redis: &Redis,
        die_with_parent: bool,
    ) -> Result<Self, ProcessError> {
        let mut servers = Self { running: Vec::new() };
        match servers.bring_up(mariadb, rabbitmq, redis, die_with_parent) {
            Ok(()) => Ok(servers),
            Err(error) => {
                servers.stop();
                Err(error)
            }
        }
    }

    fn bring_up(
        &mut self,
        mariadb: &MariaDb,
        rabbitmq: &RabbitMq,
        redis: &Redis,
        die: bool,
    ) -> Result<(), ProcessError> {
        let mut epmd = rabbitmq.epmd().spawn(die)?;
        let epmd_ready = epmd.wait_ready(START);
        self.running.push(epmd);
        epmd_ready?;
        self.running.push(rabbitmq.server().spawn(die)?);
        self.running.push(redis.server().spawn(die)?);
        if let Some(install) = mariadb.install() {
            install.run()?;
        }
        self.running.push(mariadb.server().spawn(die)?);
        for process in &mut self.running {
            process.wait_ready(START)?;
        }
        Ok(())
    }

    /// The processes in the order they were started.
    pub fn processes(&mut self) -> &mut [Running] {
        &mut self.running
    }

    /// Ends them in the reverse order, the name daemon last.
    pub fn stop(&mut self) {
        for mut process in self.running.drain(..).rev() {
            process.stop(GRACE);
        }
    }
}
