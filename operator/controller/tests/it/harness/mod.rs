//! A Kubernetes API server for the whole test run, and a namespace with an operator of its own for each test.

mod audit;
mod line;
mod played;
mod process;
mod server;
mod world;

pub(crate) use audit::Request;
pub(crate) use line::{Asked, Fate, Line};
pub(crate) use played::Played;
pub(crate) use process::Process;
pub(crate) use server::{Server, server};
pub(crate) use world::{World, releases, resource, until, until_within};
