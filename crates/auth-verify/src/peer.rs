//! Calls to another service's internal listener: with our identity, the trace and a time limit.

use crate::{ServiceTokenError, ServiceTokensRef};
use reqwest::{Method, RequestBuilder, Response};
use securechat_contracts::{Problem, ServiceName};
use securechat_trace_context::TraceContext;
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use url::Url;

/// A call that brought no answer, or not the one wanted.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The service cannot be reached, is too slow, or says itself that it is unavailable: try again later.
    #[error("{callee} is away: {reason}")]
    Unavailable {
        /// Who was called.
        callee: ServiceName,
        /// What went wrong.
        reason: String,
    },
    /// The service refuses, and says why.
    #[error("{callee} answered {}: {}", problem.status, problem.detail.as_deref().unwrap_or(&problem.title))]
    Problem {
        /// Who was called.
        callee: ServiceName,
        /// Why not.
        problem: Box<Problem>,
    },
    /// The answer is not what the contract says.
    #[error("{callee} answered what cannot be read: {reason}")]
    Unreadable {
        /// Who was called.
        callee: ServiceName,
        /// What is wrong with it.
        reason: String,
    },
}

/// Another service.
#[derive(Clone)]
pub struct Peer {
    callee: ServiceName,
    base: Url,
    timeout: Duration,
    http: reqwest::Client,
    tokens: ServiceTokensRef,
}

impl Peer {
    /// The service `callee` at `config.url`.
    pub fn new(
        callee: ServiceName,
        config: &securechat_config::Peer,
        http: reqwest::Client,
        tokens: ServiceTokensRef,
    ) -> Self {
        let timeout = Duration::from_millis(config.timeout_ms);
        Self { callee, base: config.url.clone(), timeout, http, tokens }
    }

    /// `GET path` (which begins with `/internal/`).
    ///
    /// # Errors
    /// [`PeerError`]
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, PeerError> {
        let request = self.request(Method::GET, path).await?;
        self.answer(request).await
    }

    /// `POST path` with a JSON body.
    ///
    /// # Errors
    /// [`PeerError`]
    pub async fn post<B: Serialize + Sync, T: DeserializeOwned>(&self, path: &str, body: &B) -> Result<T, PeerError> {
        let request = self.request(Method::POST, path).await?.json(body);
        self.answer(request).await
    }

    async fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, PeerError> {
        let token = self.tokens.token(self.callee).await.map_err(|error| self.no_token(&error))?;
        let url = self.base.join(path).map_err(|error| self.unreadable(error.to_string()))?;
        let mut request = self.http.request(method, url).bearer_auth(token).timeout(self.timeout);
        if let Some(trace) = TraceContext::current() {
            request = request.header("traceparent", trace.child().to_string());
        }
        Ok(request)
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, PeerError> {
        let answer = request.send().await.map_err(|error| self.unavailable(describe(&error)))?;
        if answer.status().is_success() {
            return answer.json().await.map_err(|error| self.unreadable(describe(&error)));
        }
        Err(self.refusal(answer).await)
    }

    async fn refusal(&self, answer: Response) -> PeerError {
        let status = answer.status();
        match answer.json::<Problem>().await {
            Ok(problem) if matches!(problem.status, 429 | 502..=504) => {
                self.unavailable(problem.detail.unwrap_or(problem.title))
            }
            Ok(problem) => PeerError::Problem { callee: self.callee, problem: Box::new(problem) },
            Err(_) if status.is_server_error() => self.unavailable(format!("status {status}")),
            Err(_) => self.unreadable(format!("status {status} without a problem")),
        }
    }

    fn no_token(&self, error: &ServiceTokenError) -> PeerError {
        self.unavailable(error.to_string())
    }

    fn unavailable(&self, reason: String) -> PeerError {
        PeerError::Unavailable { callee: self.callee, reason }
    }

    fn unreadable(&self, reason: String) -> PeerError {
        PeerError::Unreadable { callee: self.callee, reason }
    }
}

/// reqwest's own message hides the cause; a person needs it.
fn describe(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
