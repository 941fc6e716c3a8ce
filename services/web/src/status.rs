//! `/status`: every part's state on one page. Reasons stay in the log: the page is public. (W-55, H-27, B-39)

use futures_util::future::join_all;
use securechat_config::{Web, WebPart};
use securechat_http_kit::{ApiError, Html, Route, respond};
use securechat_pages::{Pages, context};
use securechat_runtime::StartError;
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use warp::Filter;

pub(crate) const TEMPLATE: &str = include_str!("../templates/status.html");
const TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Deserialize)]
struct Report {
    checks: Vec<CheckReport>,
}

#[derive(Deserialize)]
struct CheckReport {
    name: String,
    ok: bool,
}

pub(crate) fn route(config: &Web, pages: Pages) -> Result<Route, StartError> {
    let http = reqwest::Client::builder().timeout(TIMEOUT).build()?;
    let parts: Arc<[WebPart]> = config.parts.clone().into();
    Ok(warp::path!("status")
        .and(warp::get())
        .then(move || respond("GET /status", page(http.clone(), parts.clone(), pages.clone())))
        .boxed())
}

async fn page(http: reqwest::Client, parts: Arc<[WebPart]>, pages: Pages) -> Result<Html, ApiError> {
    let reports = join_all(parts.iter().map(|part| ask(&http, part))).await;
    let rows: Vec<_> = parts
        .iter()
        .zip(reports)
        .map(|(part, report)| {
            let checks = report.iter().flat_map(|report| &report.checks);
            let checks: Vec<_> = checks.map(|check| context! { name => check.name.as_str(), ok => check.ok }).collect();
            context! { name => part.name.as_str(), reached => report.is_some(), checks => checks }
        })
        .collect();
    pages.render("status.html", context! { parts => rows }).map(Html::ok).map_err(ApiError::internal)
}

/// The part's own report; none when it does not answer.
async fn ask(http: &reqwest::Client, part: &WebPart) -> Option<Report> {
    http.get(part.health_url.clone()).send().await.ok()?.json().await.ok()
}
