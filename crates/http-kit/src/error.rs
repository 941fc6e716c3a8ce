//! The one error that leaves a handler: a Problem for the caller, a cause for the log.

use http::{HeaderValue, StatusCode, header};
use securechat_auth_verify::{Denied, InvalidToken, PeerError};
use securechat_contracts::{FieldError, Problem, ProblemKind};
use securechat_trace_context::TraceContext;
use std::{error::Error, fmt};
use warp::reply::{Reply, Response};

/// What a caller is told when something is away and nothing better is known, in seconds.
const RETRY_AFTER_SECONDS: u32 = 2;

/// A refused or failed request. The cause is logged and never sent.
#[derive(Debug)]
pub struct ApiError {
    kind: ProblemKind,
    detail: Option<String>,
    errors: Vec<FieldError>,
    retry_after_seconds: Option<u32>,
    invalid_token: bool,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// An error of `kind`.
    pub fn new(kind: ProblemKind) -> Self {
        let away = matches!(kind, ProblemKind::Unavailable | ProblemKind::TooManyRequests);
        let retry_after_seconds = away.then_some(RETRY_AFTER_SECONDS);
        Self { kind, detail: None, errors: Vec::new(), retry_after_seconds, invalid_token: false, cause: None }
    }

    /// Says what happened, and the remedy.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Tells when to come back.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// One field is not allowed as it is.
    pub fn invalid_field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid_fields(vec![FieldError { pointer: pointer.into(), detail: detail.into() }])
    }

    /// Several fields are not allowed as they are.
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(ProblemKind::InvalidFields) }
    }

    /// There is no such thing, or the caller may not know of it.
    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound)
    }

    /// The service itself failed.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ProblemKind::Internal).cause(cause)
    }

    /// Something the service needs is away.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ProblemKind::Unavailable).cause(cause)
    }

    /// The kind.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The body of the answer.
    pub fn problem(&self) -> Problem {
        Problem {
            detail: self.detail.clone(),
            instance: TraceContext::current().map(|trace| format!("urn:request:{}", trace.trace_id())),
            errors: self.errors.clone(),
            ..Problem::new(self.kind)
        }
    }

    /// Logs once, at the edge: faults loudly with their causes, refusals quietly.
    pub(crate) fn log(&self, template: &str) {
        let causes = self.cause.as_deref().map(|cause| causes(cause)).unwrap_or_default();
        if self.kind.status() >= 500 {
            tracing::error!(http.route = template, problem = self.kind.as_str(), causes, "request failed");
        } else {
            tracing::debug!(http.route = template, problem = self.kind.as_str(), causes, "request refused");
        }
    }
}

fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail.as_deref().unwrap_or(self.kind.title()))
    }
}

impl Error for ApiError {}

impl Reply for ApiError {
    fn into_response(self) -> Response {
        let mut response = warp::reply::json(&self.problem()).into_response();
        *response.status_mut() = StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.kind == ProblemKind::Unauthenticated {
            let challenge = if self.invalid_token { r#"Bearer error="invalid_token""# } else { "Bearer" };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        let kind = match denied {
            Denied::NotForThisCaller => ProblemKind::CallerNotAllowed,
            Denied::MissingPermission(_) | Denied::NotOwn | Denied::NotForServices => ProblemKind::Forbidden,
        };
        Self::new(kind).detail(denied.to_string())
    }
}

impl From<InvalidToken> for ApiError {
    fn from(invalid: InvalidToken) -> Self {
        match invalid {
            InvalidToken::NoKeys(cause) => Self::unavailable(cause),
            InvalidToken::MissingScope(_) => Self::new(ProblemKind::Forbidden).detail(invalid.to_string()),
            invalid => {
                Self { invalid_token: true, ..Self::new(ProblemKind::Unauthenticated).detail(invalid.to_string()) }
            }
        }
    }
}

impl From<PeerError> for ApiError {
    fn from(error: PeerError) -> Self {
        match error {
            PeerError::Unavailable { .. } => Self::unavailable(error),
            PeerError::Problem { .. } | PeerError::Unreadable { .. } => Self::internal(error),
        }
    }
}
