//! Starting Envoy.

use securechat_contracts::ServiceName;
use securechat_gateway_config::{EdgeSettings, EdgeTls, EnvoyFiles, RouteTable, Upstream, envoy};
use securechat_local_servers::free_port;
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use warp::Filter;

pub(crate) struct Edge {
    pub(crate) public_url: String,
    /// Where requests in the clear are sent on, with TLS.
    pub(crate) redirect: String,
    admin: String,
    base: String,
    http: reqwest::Client,
    process: Child,
    folder: tempfile::TempDir,
}

pub(crate) fn settings(listen: u16, admin: u16, folder: &Path, upstream: u16) -> EdgeSettings {
    let here = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let to = || Upstream::Addresses(vec![here(upstream)]);
    EdgeSettings {
        listen: here(listen),
        admin: here(admin),
        folder: folder.to_owned(),
        public_url: format!("http://localhost:{listen}/").parse().unwrap(),
        tls: None,
        trusted_proxies: 0,
        jwks_refresh_seconds: 60,
        services: ServiceName::ALL.into_iter().map(|service| (service, to())).collect(),
        web: to(),
        auth_internal: to(),
    }
}

pub(crate) fn files(settings: &EdgeSettings) -> EnvoyFiles {
    envoy(RouteTable::built_in().unwrap(), settings)
}

/// A server that answers everything with the headers it got.
#[expect(clippy::disallowed_methods, reason = "a stub upstream")]
async fn echo() -> u16 {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let headers =
        warp::any().and(warp::header::headers_cloned()).map(|headers: http::HeaderMap| format!("{headers:?}"));
    tokio::spawn(warp::serve(headers).incoming(socket).run());
    port
}

/// A server that reads the first request of each kind and closes the connection, and answers the next ones.
async fn ending() -> u16 {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut known = BTreeSet::new();
        loop {
            let (mut connection, _) = socket.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") && connection.read_buf(&mut head).await.is_ok_and(|read| read > 0) {}
            let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
            if !known.insert(line) {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                connection.write_all(answer).await.unwrap();
            }
        }
    });
    port
}

impl Edge {
    pub(crate) async fn start() -> Self {
        Self::start_before(echo().await).await
    }

    /// Before an upstream that closes the connection under the first request of each kind.
    pub(crate) async fn start_before_one_that_ends() -> Self {
        Self::start_before(ending().await).await
    }

    async fn start_before(upstream: u16) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self::start_with(http, None, upstream).await
    }

    /// With a certificate for `localhost` that `http` trusts.
    pub(crate) async fn start_tls(http: reqwest::Client, tls: impl FnOnce(SocketAddr) -> EdgeTls) -> Self {
        let tls = tls(SocketAddr::from(([127, 0, 0, 1], free_port().unwrap())));
        Self::start_with(http, Some(tls), echo().await).await
    }

    async fn start_with(http: reqwest::Client, tls: Option<EdgeTls>, upstream: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (listen, admin) = (free_port().unwrap(), free_port().unwrap());
        let mut settings = settings(listen, admin, folder.path(), upstream);
        if tls.is_some() {
            settings.public_url.set_scheme("https").unwrap();
        }
        let redirect = tls.as_ref().map_or(String::new(), |tls| format!("http://{}", tls.redirect_from));
        settings.tls = tls;
        let files = files(&settings);
        let sds = files.sds.unwrap_or_default();
        let parts =
            [("bootstrap", files.bootstrap), ("cds", files.cds), ("sds", sds), ("lds", files.lds), ("rds", files.rds)];
        for (name, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
            std::fs::write(folder.path().join(format!("{name}.json")), text).unwrap();
        }
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let process = Command::new(program())
            .arg("--config-path")
            .arg(folder.path().join("bootstrap.json"))
            .args(["--disable-hot-restart", "--concurrency", "1", "--reject-unknown-dynamic-fields", "-l", "warning"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("Envoy starts; `make tools` installs it");
        let edge = Self {
            admin: format!("http://127.0.0.1:{admin}"),
            base: settings.public_url.as_str().trim_end_matches('/').replace("http://localhost", "http://127.0.0.1"),
            public_url: settings.public_url.to_string(),
            redirect,
            http,
            process,
            folder,
        };
        edge.until_ready().await;
        edge
    }

    async fn until_ready(&self) {
        let began = Instant::now();
        loop {
            match self.request("GET", "/").send().await {
                Ok(answer) if answer.status() == 200 => return,
                _ if began.elapsed() > Duration::from_secs(20) => {
                    let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
                    assert!(log.is_empty(), "Envoy does not serve:\n{log}");
                    return;
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.request_of(&self.http, method, path)
    }

    pub(crate) fn request_of(&self, http: &reqwest::Client, method: &str, path: &str) -> reqwest::RequestBuilder {
        http.request(method.parse().unwrap(), format!("{}{path}", self.base))
    }

    /// What Prometheus reads.
    pub(crate) async fn metrics(&self) -> String {
        self.http.get(format!("{}/stats/prometheus", self.admin)).send().await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn call(&self, method: &str, path: &str) -> reqwest::Response {
        self.request(method, path).send().await.unwrap()
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Envoy, as `make tools` installs it.
fn program() -> std::path::PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    root.join(".tools/py/bin/envoy")
}
