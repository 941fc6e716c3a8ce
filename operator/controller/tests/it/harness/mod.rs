//! A Kubernetes API server for the whole test run, and a namespace with an operator of its own for each test.

mod audit;
mod played;
mod server;
mod world;

pub(crate) use audit::Request;
pub(crate) use played::Played;
pub(crate) use server::{Server, server};
pub(crate) use world::{World, resource, until};
