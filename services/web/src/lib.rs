//! Serves the built browser application, its run-time configuration, the documentation of the interfaces and a page
//! that tells every part's state. It knows no secret and asks for no token. (W-58, W-55, H-25, H-27, P-18)

mod docs;
mod http;
mod status;

use securechat_config::Web;
use securechat_runtime::{Check, Process, Service, StartError};
use utoipa::openapi::OpenApi;

/// Builds the service. `interfaces` is what `/docs` shows.
///
/// # Errors
/// A template cannot be read.
pub fn build(config: &Web, interfaces: &OpenApi, _process: &Process) -> Result<Service, StartError> {
    let index = config.root.join("index.html");
    let check = Check::needed("application", &index, |index| async move {
        let found = tokio::fs::metadata(&index).await;
        found.map(|_| ()).map_err(|error| format!("{}: {error}", index.display()))
    });
    let public = http::routes(config, interfaces)?;
    Ok(Service { name: "web", public, internal: securechat_http_kit::any_of([]), checks: vec![check] })
}
