//! What the service can do: commands change something, queries read. Neither knows of the database or of HTTP.

pub(crate) mod commands;
pub(crate) mod error;
pub(crate) mod integration;
pub(crate) mod queries;
pub(crate) mod unit_of_work;

pub(crate) use error::Error;
pub(crate) use unit_of_work::UnitOfWork;
