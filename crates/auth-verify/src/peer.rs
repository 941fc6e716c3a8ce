//! Calls to another service's internal listener: with our identity, the trace and a time limit.

use crate::{ServiceTokenError, ServiceTokensRef};
use reqwest::{Method, RequestBuilder, Response};
use securechat_contracts::{Problem, ServiceName};
use securechat_trace_context::{Kind, TraceContext, failed, step};
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
    /// One a replica; the first that can be reached answers.
    bases: Vec<Url>,
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
        let bases = [&config.url].into_iter().chain(&config.more_urls).cloned().collect();
        Self { callee, bases, timeout, http, tokens }
    }

    /// `GET path` (which begins with `/internal/`).
    ///
    /// # Errors
    /// [`PeerError`]
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, PeerError> {
        self.call(Method::GET, path, |request| request).await
    }

    /// `POST path` with a JSON body.
    ///
    /// # Errors
    /// [`PeerError`]
    pub async fn post<B: Serialize + Sync, T: DeserializeOwned>(&self, path: &str, body: &B) -> Result<T, PeerError> {
        self.call(Method::POST, path, |request| request.json(body)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        complete: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<T, PeerError> {
        step(Kind::Client, &format!("{method} {}", self.callee), async {
            let answer = self.send(method, path, complete).await;
            if let Err(error) = &answer {
                failed(error);
            }
            answer
        })
        .await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        complete: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<T, PeerError> {
        let token = self.tokens.token(self.callee).await.map_err(|error| self.no_token(&error))?;
        let mut last = None;
        for base in &self.bases {
            let url = base.join(path).map_err(|error| self.unreadable(error.to_string()))?;
            let request = self.http.request(method.clone(), url).bearer_auth(&token).timeout(self.timeout);
            match complete(with_trace(request)).send().await {
                Ok(answer) => return self.answer(answer).await,
                // Nothing was sent: the next replica may be asked whatever the method.
                Err(error) if error.is_connect() => last = Some(error),
                Err(error) => return Err(self.unavailable(describe(&error))),
            }
        }
        Err(self.unavailable(last.as_ref().map(describe).unwrap_or_default()))
    }

    async fn answer<T: DeserializeOwned>(&self, answer: Response) -> Result<T, PeerError> {
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

fn with_trace(request: RequestBuilder) -> RequestBuilder {
    match TraceContext::current() {
        Some(trace) => request.header("traceparent", trace.to_string()),
        None => request,
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
