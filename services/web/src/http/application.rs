//! The application's files; every path that is no file is one of its places, so a deep link opens it. (B-55)

use http::{HeaderValue, StatusCode, header};
use securechat_http_kit::{ApiError, Route, respond};
use std::path::{Component, Path, PathBuf};
use warp::{
    Filter,
    reply::{Reply, Response},
};

/// Scripts, styles, pictures, connections and frames of our own and of nobody else's.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; \
                      form-action 'self'; frame-ancestors 'self'";
const INDEX: &str = "index.html";

pub(super) fn route(root: &Path) -> Route {
    let root = root.to_owned();
    warp::path::tail()
        .and(warp::get().or(warp::head()).unify())
        .then(move |tail: warp::path::Tail| respond("GET application", file(root.clone(), tail.as_str().to_owned())))
        .boxed()
}

async fn file(root: PathBuf, path: String) -> Result<Response, ApiError> {
    let relative = Path::new(&path);
    // Nothing outside the folder: only plain names.
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(ApiError::not_found());
    }
    if let Some(bytes) = read(&root.join(relative)).await? {
        return Ok(reply(&path, bytes));
    }
    // A name with an ending was meant as a file: a missing script must not be answered with a page.
    if relative.extension().is_some() {
        return Err(ApiError::not_found());
    }
    let index = read(&root.join(INDEX)).await?;
    Ok(reply(INDEX, index.ok_or_else(|| ApiError::unavailable("the application's index.html is missing"))?))
}

async fn read(path: &Path) -> Result<Option<Vec<u8>>, ApiError> {
    match tokio::fs::read(path).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::IsADirectory) => {
            Ok(None)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(ApiError::internal(error)),
    }
}

fn reply(name: &str, bytes: Vec<u8>) -> Response {
    let media_type = mime_guess::from_path(name).first_or_octet_stream();
    let mut response = warp::reply::with_status(bytes, StatusCode::OK).into_response();
    let headers = response.headers_mut();
    if let Ok(media_type) = HeaderValue::try_from(media_type.as_ref()) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    // A built file with a hash in its name never changes; everything else is asked for anew.
    let cache = if has_hash(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Whether the build put a hash into the name, as in `main-5QX2K7PL.js`.
fn has_hash(name: &str) -> bool {
    let stem = name.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map_or("", |(stem, _)| stem);
    stem.rsplit_once('-')
        .is_some_and(|(_, hash)| hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str) -> warp::http::Response<bytes::Bytes> {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("index.html"), "the page").unwrap();
        std::fs::write(root.path().join("main-5QX2K7PL.js"), "script").unwrap();
        std::fs::create_dir(root.path().join("media")).unwrap();
        let route = securechat_http_kit::seal(route(root.path()));
        warp::test::request().path(path).reply(&route).await
    }

    /// Proves: H-25, B-44, B-55.
    #[tokio::test]
    async fn files_are_served_and_every_other_path_is_the_page() {
        let script = get("/main-5QX2K7PL.js").await;
        assert_eq!(script.headers()["content-type"], "text/javascript");
        assert!(script.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        for path in ["/", "/chats/1", "/friends", "/media"] {
            let page = get(path).await;
            assert_eq!((page.status().as_u16(), &page.body()[..]), (200, &b"the page"[..]), "{path}");
            assert_eq!(page.headers()["cache-control"], "no-cache");
        }
        assert_eq!(get("/gone-5QX2K7PL.js").await.status(), 404);
    }

    #[tokio::test]
    async fn nothing_outside_the_folder_is_served() {
        for path in ["/../etc/passwd", "/media/../../etc/passwd", "/%2e%2e/etc/passwd"] {
            let answer = get(path).await;
            assert!(answer.status() == 404 || answer.body() == "the page", "{path}: {}", answer.status());
        }
    }
}
