//! `securechat release`: what this build brings, as `release.yaml`; the operator plans upgrades from it.

use crate::migrations;
use securechat_contracts::{ServiceName, calls::CALLS};
use securechat_migrate::{ReleaseFile, release_files};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Release {
    version: &'static str,
    services: Vec<Service>,
}

#[derive(Serialize)]
struct Service {
    service: ServiceName,
    /// The oldest release of each service that this one calls.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    needs: BTreeMap<ServiceName, &'static str>,
    migrations: Vec<ReleaseFile>,
}

impl Service {
    fn of(service: ServiceName) -> anyhow::Result<Self> {
        let calls = CALLS.iter().filter(|call| call.caller == service);
        Ok(Self {
            service,
            needs: calls.map(|call| (call.callee, call.since)).collect(),
            migrations: release_files(&migrations::of(service)?),
        })
    }
}

/// The file as it is committed.
///
/// # Errors
/// A migration breaks the rules.
pub fn text() -> anyhow::Result<String> {
    let services = ServiceName::ALL.into_iter().map(Service::of).collect::<anyhow::Result<Vec<_>>>()?;
    let version = env!("CARGO_PKG_VERSION");
    let yaml = serde_saphyr::to_string(&Release { version, services })?;
    Ok(format!(
        "# What release {version} brings; made by `securechat release`. The operator plans upgrades from it.\n{yaml}"
    ))
}
