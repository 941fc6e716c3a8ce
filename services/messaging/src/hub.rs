//! The hub's side of the SignalR server: who may connect, and what becomes of a connection.

use crate::{app::App, http::refusal, methods, person::Person};
use securechat_auth_verify::Caller;
use securechat_contracts::ProblemKind;
use securechat_http_kit::ApiError;
use securechat_signalr::{Close, Connection, Disconnect, Hub, HubError, HubRequest, Refusal};
use serde_json::Value;
use std::sync::Arc;

/// The client shall come back with a fresh token.
pub(crate) fn access_changed() -> Close {
    Close { error: Some("unauthenticated: access changed, connect with a new token".to_owned()), allow_reconnect: true }
}

/// The hub.
pub(crate) struct MessagingHub(pub(crate) App);

impl MessagingHub {
    async fn identify(&self, request: &HubRequest) -> Result<Person, ApiError> {
        let App { verifier, reporter, clock, .. } = &self.0;
        if reporter.state().is_err() {
            return Err(ApiError::new(ProblemKind::Unavailable).detail("the hub is starting"));
        }
        let token = request.access_token().ok_or_else(|| ApiError::new(ProblemKind::Unauthenticated))?;
        match verifier.verify(token).await? {
            Caller::User(user) => Ok(Person::new(&user, clock.now())),
            Caller::Service(_) => Err(ApiError::new(ProblemKind::Forbidden).detail("the hub is for people")),
        }
    }
}

impl Hub for MessagingHub {
    type Identity = Person;

    async fn authenticate(&self, request: &HubRequest) -> Result<Person, Refusal> {
        match self.identify(request).await {
            Ok(person) => Ok(person),
            Err(error) => Err(refusal(error).await),
        }
    }

    async fn connected(&self, connection: &Arc<Connection<Person>>) -> Result<(), HubError> {
        let App { reporter, routing, verifier, .. } = &self.0;
        reporter.opened(connection);
        let person = connection.identity();
        // Access may have changed between the check of the token and now, when the connection can be found.
        if !verifier.epochs().is_good(person.id, person.auth_epoch) {
            connection.close(access_changed(), "access changed");
        }
        routing.arrive(person.id).await;
        Ok(())
    }

    async fn invoke(
        &self,
        connection: &Arc<Connection<Person>>,
        method: &str,
        arguments: Vec<Value>,
    ) -> Result<Value, HubError> {
        Ok(methods::call(&self.0, connection, method, arguments).await?)
    }

    async fn disconnected(&self, connection: &Arc<Connection<Person>>, _: Disconnect) {
        self.0.routing.leave(connection.identity().id);
        self.0.reporter.closed(connection);
    }
}
