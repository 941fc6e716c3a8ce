//! The one program that ships: any service, any migration, provisioning, and what is generated from all of them
//! together (`release.yaml`, the OpenAPI document).

pub mod interfaces;
pub mod job;
pub mod migrations;
pub mod release;
pub mod serve;
