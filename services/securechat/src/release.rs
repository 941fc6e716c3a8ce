//! `securechat release`: what this build brings, as `release.yaml`; the operator plans upgrades from it.

use crate::migrations;
use securechat_contracts::ServiceName;
use securechat_migrate::{ServiceRelease, service_release};
use serde::Serialize;

#[derive(Serialize)]
struct Release {
    version: &'static str,
    services: Vec<ServiceRelease>,
}

/// The file as it is committed.
///
/// # Errors
/// A migration breaks the rules.
pub fn text() -> anyhow::Result<String> {
    let services = ServiceName::ALL
        .into_iter()
        .map(|name| Ok(service_release(name.as_str(), &migrations::of(name)?)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let version = env!("CARGO_PKG_VERSION");
    let yaml = serde_saphyr::to_string(&Release { version, services })?;
    Ok(format!(
        "# What release {version} brings; made by `securechat release`. The operator plans upgrades from it.\n{yaml}"
    ))
}
