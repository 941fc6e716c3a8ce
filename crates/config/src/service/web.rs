use crate::{Http, Telemetry};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use url::Url;

/// Configuration of `web`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Listeners.
    pub http: Http,
    /// Logs.
    #[serde(default)]
    pub telemetry: Telemetry,
    /// The built single-page application.
    pub root: PathBuf,
    /// What the application is told at `/config.json` (W-58).
    pub app: WebApp,
    /// The parts whose state `/status` shows (W-55, H-27).
    #[serde(default)]
    pub parts: Vec<WebPart>,
}

/// Run-time configuration of the application, all of it used (W-58).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebApp {
    /// The OpenID provider.
    pub issuer: Url,
    /// The application's client id there.
    pub client_id: String,
    /// What it asks for.
    pub scopes: String,
    /// Base path of the services' REST, `/api`.
    pub api_base: String,
    /// The hub's path.
    pub hub_url: String,
    /// Presence is read anew so often, in case a push was lost.
    pub presence_poll_seconds: u32,
    /// Somebody who did nothing for so long is idle.
    pub idle_after_seconds: u32,
    /// The version, shown to people who report something.
    pub version: String,
}

/// One part of the platform on the status page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebPart {
    /// Its name.
    pub name: String,
    /// Its `/health`.
    pub health_url: Url,
}
