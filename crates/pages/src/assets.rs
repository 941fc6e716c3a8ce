use http::header;
use include_dir::{Dir, include_dir};
use securechat_http_kit::{ApiError, Route, respond};
use warp::{Filter, reply::Reply};

static ASSETS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets");
/// The design tokens: one file for these pages and for the browser application.
const TOKENS: &str = include_str!("../../../web/src/styles/tokens.css");

/// `GET /<base>/assets/<name>`: styles and font.
pub fn assets(base: &'static str) -> Route {
    warp::path(base)
        .and(warp::path!("assets" / String))
        .and(warp::get())
        .then(|name: String| respond("GET assets", async move { asset(&name) }))
        .boxed()
}

fn asset(name: &str) -> Result<impl Reply + use<>, ApiError> {
    let media_type = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("woff2") => "font/woff2",
        _ => return Err(ApiError::not_found()),
    };
    let contents = match name {
        "tokens.css" => TOKENS.as_bytes(),
        _ => ASSETS.get_file(name).ok_or_else(ApiError::not_found)?.contents(),
    };
    let reply = warp::reply::with_header(contents, header::CONTENT_TYPE, media_type);
    Ok(warp::reply::with_header(reply, header::CACHE_CONTROL, "public, max-age=3600"))
}
