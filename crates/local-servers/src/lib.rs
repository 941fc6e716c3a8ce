//! Debian's MariaDB, RabbitMQ and Redis as private processes on loopback, without root and without the system's services.
//!
//! Each server is described by a struct (folder, port, password) whose functions yield [`ProcessSpec`]s: plain
//! command line, environment and configuration files. [`Servers`] starts the three in parallel and stops them again;
//! who wants to supervise the processes in another way takes the specs.

mod mariadb;
mod ports;
mod process;
mod rabbitmq;
mod redis;
mod servers;

pub use mariadb::MariaDb;
pub use ports::free_port;
pub use process::{ProcessError, ProcessSpec, Running};
pub use rabbitmq::RabbitMq;
pub use redis::Redis;
pub use servers::Servers;
