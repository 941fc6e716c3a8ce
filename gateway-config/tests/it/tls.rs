//! TLS ends at the edge. The certificate lies as Kubernetes mounts it: files are links through a link to a folder, and a
//! renewal swaps the link in the middle.

use crate::edge::Edge;
use securechat_gateway_config::EdgeTls;
use std::{
    net::SocketAddr,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// A mounted Secret.
struct Mount {
    folder: tempfile::TempDir,
    generation: u32,
}

impl Mount {
    fn new() -> Self {
        let mut mount = Self { folder: tempfile::tempdir().unwrap(), generation: 0 };
        mount.renew();
        for file in ["tls.crt", "tls.key"] {
            symlink(Path::new("..data").join(file), mount.path(file)).unwrap();
        }
        mount
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Puts another self-signed certificate for `localhost` in place, as kubelet does.
    fn renew(&mut self) {
        self.generation += 1;
        let name = format!("..{}", self.generation);
        let folder = self.path(&name);
        std::fs::create_dir(&folder).unwrap();
        let settings = "[req]\ndistinguished_name=name\nx509_extensions=end\nprompt=no\n[name]\nCN=localhost\n\
                        [end]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:localhost\n";
        std::fs::write(folder.join("settings"), settings).unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-config", "settings", "-keyout", "tls.key", "-out", "tls.crt"])
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        symlink(&name, self.path("..data_tmp")).unwrap();
        std::fs::rename(self.path("..data_tmp"), self.path("..data")).unwrap();
    }

    /// A client that trusts the present certificate and no other.
    fn client(&self) -> reqwest::Client {
        let certificate = reqwest::Certificate::from_pem(&std::fs::read(self.path("tls.crt")).unwrap()).unwrap();
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_only([certificate])
            .build()
            .unwrap()
    }

    fn tls(&self, redirect_from: SocketAddr) -> EdgeTls {
        EdgeTls { redirect_from, certificate: self.path("tls.crt"), key: self.path("tls.key") }
    }
}

/// Proves: A-18.
#[tokio::test]
async fn what_comes_in_the_clear_is_sent_to_the_public_url() {
    let mount = Mount::new();
    let edge = Edge::start_tls(mount.client(), |redirect| mount.tls(redirect)).await;
    let secure = edge.call("GET", "/auth/jwks").await;
    assert_eq!(secure.status(), 200);
    assert!(secure.headers()["strict-transport-security"].to_str().unwrap().starts_with("max-age=31536000"));

    let plain = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for (method, host) in [("GET", "localhost"), ("POST", "somebody.else")] {
        let request = plain.request(method.parse().unwrap(), format!("{}/auth/login?a=b", edge.redirect));
        let answer = request.header("host", host).send().await.unwrap();
        assert_eq!(answer.status(), 308, "{method}");
        let to = answer.headers()["location"].to_str().unwrap();
        assert_eq!(to, format!("{}auth/login?a=b", edge.public_url), "whatever host was asked for");
    }
}

/// Proves: A-18.
#[tokio::test]
async fn a_renewed_certificate_is_served_without_a_restart() {
    let mut mount = Mount::new();
    let edge = Edge::start_tls(mount.client(), |redirect| mount.tls(redirect)).await;
    assert_eq!(edge.call("GET", "/auth/jwks").await.status(), 200);
    mount.renew();
    let renewed = mount.client();
    let began = Instant::now();
    loop {
        // A client that trusts the new certificate alone, each time on a connection of its own.
        match edge.request_of(&renewed, "GET", "/auth/jwks").send().await {
            Ok(answer) => break assert_eq!(answer.status(), 200),
            Err(error) => assert!(began.elapsed() < Duration::from_secs(10), "{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(edge.call("GET", "/auth/jwks").await.status(), 200, "the connection from before goes on");
}
