//! The paths that the edge leaves to the browser application.

mod application;

use crate::{docs, status};
use http::header;
use securechat_config::Web;
use securechat_http_kit::{ApiError, Html, Json, Route, any_of, respond};
use securechat_pages::Pages;
use securechat_runtime::StartError;
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use warp::Filter;

pub(crate) fn routes(config: &Web, interfaces: &OpenApi) -> Result<Route, StartError> {
    let host = config.app.issuer.host_str().unwrap_or_default().to_owned();
    let templates = [("docs.html", docs::TEMPLATE), ("status.html", status::TEMPLATE)];
    let pages = Pages::new("/docs", &host, &templates)?;
    let docs_page: Arc<str> = docs::page(&pages, interfaces)?.into();
    let document = serde_json::to_value(interfaces)?;
    Ok(any_of([
        configuration(config)?,
        securechat_pages::assets("docs"),
        warp::path!("docs" / "openapi.json")
            .and(warp::get())
            .then(move || {
                let document = document.clone();
                respond("GET /docs/openapi.json", async move { Ok::<_, ApiError>(Json(document)) })
            })
            .boxed(),
        warp::path!("docs" / "asyncapi.json")
            .and(warp::get())
            .then(|| {
                let reply = warp::reply::with_header(docs::EVENTS, header::CONTENT_TYPE, "application/json");
                respond("GET /docs/asyncapi.json", async move { Ok::<_, ApiError>(reply) })
            })
            .boxed(),
        warp::path!("docs")
            .and(warp::get())
            .then(move || {
                let page = docs_page.to_string();
                respond("GET /docs", async move { Ok::<_, ApiError>(Html::ok(page)) })
            })
            .boxed(),
        status::route(config, pages)?,
        application::route(&config.root),
    ]))
}

/// `GET /config.json`: what the application is told at run time. (W-58)
fn configuration(config: &Web) -> Result<Route, StartError> {
    let app = serde_json::to_value(&config.app)?;
    Ok(warp::path!("config.json")
        .and(warp::get())
        .then(move || {
            let app = app.clone();
            respond("GET /config.json", async move { Ok::<_, ApiError>(Json(app)) })
        })
        .boxed())
}
