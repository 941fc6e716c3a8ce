//! How the application reaches the database.

pub(crate) mod mysql;
