use super::{WEB_CLIENT, WEB_SCOPES, Writer, count, url};
use crate::{Component, Port};
use securechat_config as config;
use securechat_contracts::ServiceName;

impl Writer<'_> {
    pub(super) fn web(&self) -> config::Web {
        config::Web {
            http: self.http(Component::Web),
            telemetry: self.telemetry(),
            root: self.env.web_root(),
            app: config::WebApp {
                issuer: self.request.issuer(),
                client_id: WEB_CLIENT.to_owned(),
                scopes: WEB_SCOPES.join(" "),
                api_base: "/api".to_owned(),
                hub_url: "/hub/messaginghub".to_owned(),
                presence_poll_seconds: 60,
                idle_after_seconds: count(self.request.spec.limits.idle_after_seconds),
                version: self.request.release.version.clone(),
            },
            parts: ServiceName::ALL.into_iter().map(|service| self.part(service)).collect(),
        }
    }

    fn part(&self, service: ServiceName) -> config::WebPart {
        let endpoint = self.env.reach(Component::Service(service), Port::Admin);
        config::WebPart { name: service.to_string(), health_url: url(self.request, &endpoint, "/health") }
    }
}
