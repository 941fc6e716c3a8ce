//! A real mail server that keeps what it gets: maildev, as the local stack runs it.

use reqwest::Url;
use securechat_config::{Mail, MailTls};
use securechat_test_kit::eventually;
use serde_json::Value;
use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

const PROGRAM: &str = "operator/local/mail-sink/node_modules/maildev/bin/maildev";

/// The server, or the place where it will be. It ends when dropped.
pub(crate) struct Mailbox {
    smtp: u16,
    web: u16,
    server: Option<Child>,
    http: reqwest::Client,
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

impl Mailbox {
    pub(crate) async fn open() -> Self {
        let mut mailbox = Self::closed();
        mailbox.start().await;
        mailbox
    }

    /// Ports at which nobody listens yet.
    pub(crate) fn closed() -> Self {
        let sockets = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [smtp, web] = sockets.map(|socket| socket.local_addr().unwrap().port());
        Self { smtp, web, server: None, http: reqwest::Client::new() }
    }

    pub(crate) async fn start(&mut self) {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PROGRAM);
        assert!(program.exists(), "run: npm ci --prefix operator/local/mail-sink --ignore-scripts");
        let mut node = Command::new("node");
        node.arg(program).args(["--smtp", &self.smtp.to_string(), "--web", &self.web.to_string()]);
        node.args(["--ip", "127.0.0.1", "--web-ip", "127.0.0.1"]).stdout(Stdio::null()).stderr(Stdio::null());
        self.server = Some(node.spawn().unwrap());
        eventually("the mail server", async || self.http.get(self.web()).send().await.is_ok()).await;
    }

    pub(crate) fn config(&self) -> Mail {
        Mail {
            host: "127.0.0.1".to_owned(),
            port: self.smtp,
            tls: MailTls::Off,
            user: None,
            password_file: None,
            from: "SecureChat <chat@example.org>".to_owned(),
        }
    }

    /// The text of every mail to `address`, once there are `count`.
    pub(crate) async fn mails(&self, address: &str, count: usize) -> Vec<String> {
        let mut mails = Vec::new();
        eventually("the mail", async || {
            mails = self.mails_now(address).await;
            mails.len() >= count
        })
        .await;
        assert_eq!(mails.len(), count, "{mails:?}");
        mails
    }

    pub(crate) async fn mails_now(&self, address: &str) -> Vec<String> {
        let all: Vec<Value> = self.http.get(self.web()).send().await.unwrap().json().await.unwrap();
        let is_to = |mail: &&Value| mail["to"][0]["address"] == address;
        all.iter().filter(is_to).map(|mail| mail["text"].as_str().unwrap().to_owned()).collect()
    }

    fn web(&self) -> String {
        format!("http://127.0.0.1:{}/email", self.web)
    }
}

/// The link in a mail's text.
pub(crate) fn link(text: &str) -> Url {
    text.split_whitespace().find(|word| word.starts_with("http")).unwrap().parse().unwrap()
}

/// The secret in a mail's link.
pub(crate) fn token(text: &str) -> String {
    link(text).query_pairs().find(|(name, _)| name == "token").unwrap().1.into_owned()
}
