//! From a `SecureChat` resource, a release and what was seen to the whole platform as plain values, and to the steps
//! that are allowed now. Pure: no Kubernetes object, no client, no clock, no randomness. The operator renders the
//! [`Topology`] to Kubernetes objects; `securechat-up` starts it as local processes.

mod accounts;
mod build;
mod change;
mod component;
mod conditions;
mod config;
mod credentials;
mod environment;
mod front;
mod gateway;
pub mod hash;
mod job;
mod network;
mod observed;
mod patch;
mod refusal;
mod release;
mod request;
mod schema;
mod secret;
mod steps;
mod topology;

pub use accounts::lost_accounts;
pub use build::{key_encryption_key, topology};
pub use change::{Change, ServiceChange};
pub use component::{Component, Port};
pub use conditions::{Fact, Remedy, Trouble, conditions, held};
pub use credentials::{CredentialSet, Credentials, Purpose, Rotation, UnknownSet};
pub use environment::{Endpoint, Environment, Login};
pub use gateway::{Certificate, GatewayPlan, GatewayTls, IngressPlan};
pub use network::{End, NetworkPlan, Pods, Protocol, Way};
pub use observed::{Fingerprints, Front, FrontState, JobState, Known, Observed, PartState, Previous};
pub use refusal::Refusal;
pub use release::{Class, InvalidRelease, MigrationFile, Release, ReleaseImages, Releases, Revision, ServiceRelease};
pub use request::{Invalid, MAX_NAME, Request, Store};
pub use schema::{Record, SchemaFile};
pub use secret::{Content, GeneratedSecret, Reader, SecretKey, SecretName, SecretUse};
pub use steps::{Gate, RotationStep, ServiceSteps, Steps};
pub use topology::{
    BrokerPlan, CachePlan, Config, DatabasePlan, JobPlan, ProcessPlan, Pull, Scaling, ServicePlan, StoreUser, Topology,
};
