use crate::{TestServers, clean_up, unique_name};
use reqwest::{Client, Method, Response};
use securechat_config::{Broker, Secret, Tls};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The broker lists a connection only some time after it was made.
const LISTED: Duration = Duration::from_secs(20);

/// A vhost of its own on the run's RabbitMQ; deleted at the end.
#[derive(Debug)]
pub struct TestBroker {
    api: Api,
    config: Broker,
    _dir: TempDir,
}

#[derive(Debug, Clone)]
struct Api {
    servers: TestServers,
    vhost: String,
    client: Client,
}

impl TestBroker {
    /// A fresh vhost.
    ///
    /// # Panics
    /// When the run has no servers.
    pub async fn new() -> Self {
        let servers = TestServers::get();
        let vhost = unique_name("t");
        let dir = tempfile::tempdir().expect("a temporary folder");
        let file = dir.path().join("rabbitmq");
        std::fs::write(&file, &servers.rabbitmq_password).expect("the password file can be written");
        let config = Broker {
            host: "127.0.0.1".into(),
            port: servers.rabbitmq_port,
            vhost: vhost.clone(),
            user: servers.rabbitmq_admin.clone(),
            password_file: Secret(file),
            tls: Tls::Off,
        };
        let api = Api { servers, vhost, client: Client::new() };
        api.call(Method::PUT, &format!("vhosts/{}", api.vhost), None).await;
        let everything = json!({"configure": ".*", "write": ".*", "read": ".*"});
        let user = &api.servers.rabbitmq_admin;
        api.call(Method::PUT, &format!("permissions/{}/{user}", api.vhost), Some(everything)).await;
        Self { api, config, _dir: dir }
    }

    /// How to reach it.
    pub fn config(&self) -> Broker {
        self.config.clone()
    }

    /// Ends every connection to the vhost, as a broker that goes away does; returns how many there were. A connection is
    /// listed only some time (up to 5 s) after it was made, so this waits until there is one.
    ///
    /// # Panics
    /// When the management API does not answer as expected.
    pub async fn cut_connections(&self) -> usize {
        let start = Instant::now();
        let mut cut = 0;
        while cut == 0 {
            assert!(start.elapsed() < LISTED, "no connection was listed");
            let list = self.api.call(Method::GET, &format!("vhosts/{}/connections", self.api.vhost), None).await;
            let list: Vec<Value> = list.json().await.expect("a list of connections");
            for name in list.iter().filter_map(|connection| connection["name"].as_str()) {
                let name = name.replace(' ', "%20").replace('>', "%3E");
                self.api.call(Method::DELETE, &format!("connections/{name}"), None).await;
                cut += 1;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        cut
    }

    /// Deletes a queue, as an administrator's slip would.
    ///
    /// # Panics
    /// When the management API does not answer as expected.
    pub async fn delete_queue(&self, queue: &str) {
        self.api.call(Method::DELETE, &format!("queues/{}/{queue}", self.api.vhost), None).await;
    }

    /// Takes (and acknowledges) every message of a queue: headers and body of each.
    ///
    /// # Panics
    /// When the management API does not answer as expected.
    pub async fn take_all(&self, queue: &str) -> Vec<(Value, Value)> {
        let ask = json!({"count": 1000, "ackmode": "ack_requeue_false", "encoding": "auto"});
        let path = format!("queues/{}/{queue}/get", self.api.vhost);
        let answer = self.api.call(Method::POST, &path, Some(ask)).await;
        let messages: Vec<Value> = answer.json().await.expect("a list of messages");
        let read = |message: Value| {
            let text = message["payload"].as_str().unwrap_or_default();
            let body = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
            (message["properties"]["headers"].clone(), body)
        };
        messages.into_iter().map(read).collect()
    }
}

impl Api {
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let url = format!("http://127.0.0.1:{}/api/{path}", self.servers.rabbitmq_management_port);
        let mut request = self.client.request(method.clone(), &url);
        request = request.basic_auth(&self.servers.rabbitmq_admin, Some(&self.servers.rabbitmq_password));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        let status = answer.status();
        assert!(status.is_success() || status.as_u16() == 404, "{method} {url}: {status}");
        answer
    }
}

impl Drop for TestBroker {
    fn drop(&mut self) {
        // A client belongs to the runtime it was made in, so the clean-up has its own.
        let api = Api { client: Client::new(), ..self.api.clone() };
        clean_up(async move {
            let url = format!("http://127.0.0.1:{}/api/vhosts/{}", api.servers.rabbitmq_management_port, api.vhost);
            let request = api.client.delete(url);
            let _ = request.basic_auth(&api.servers.rabbitmq_admin, Some(&api.servers.rabbitmq_password)).send().await;
        });
    }
}
