//! The answers that handlers give.

use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use warp::reply::{Reply, Response};

/// 200 with a JSON body that no cache keeps.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize + Send> Reply for Json<T> {
    fn into_response(self) -> Response {
        let mut response = warp::reply::json(&self.0).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// 201 with the new thing and where it is.
#[derive(Debug)]
pub struct Created<T> {
    /// Its path.
    pub location: String,
    /// The thing.
    pub body: T,
}

impl<T: Serialize + Send> Reply for Created<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(location) = HeaderValue::try_from(self.location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// 204.
#[derive(Debug, Clone, Copy)]
pub struct NoContent;

impl Reply for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// 303: after a form, the browser reads another page.
#[derive(Debug)]
pub struct SeeOther(pub String);

impl Reply for SeeOther {
    fn into_response(self) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        if let Ok(location) = HeaderValue::try_from(self.0) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// A server-rendered page: no script at all, nothing from elsewhere, not in a frame. (W-08)
#[derive(Debug)]
pub struct Html {
    /// The page.
    pub body: String,
    /// The status.
    pub status: StatusCode,
    /// Origins, beside our own, that a form of this page may lead to by redirects.
    pub form_targets: Vec<String>,
}

impl Html {
    /// 200.
    pub fn ok(body: String) -> Self {
        Self { body, status: StatusCode::OK, form_targets: Vec::new() }
    }
}

impl Reply for Html {
    fn into_response(self) -> Response {
        let targets = self.form_targets.iter().fold(String::new(), |all, origin| all + " " + origin);
        let policy = format!(
            "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'{targets}; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        let mut response = warp::reply::html(self.body).into_response();
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::try_from(policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}
