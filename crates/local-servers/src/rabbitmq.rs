//! RabbitMQ in a folder of its own, with an epmd of its own.

use crate::ProcessSpec;
use std::fmt::Write as _;
use std::path::PathBuf;

/// One private RabbitMQ. Its administrator is [`RabbitMq::ADMIN`].
#[derive(Debug, Clone)]
pub struct RabbitMq {
    /// Folder for data, cookie, configuration and logs.
    pub dir: PathBuf,
    /// AMQP port on 127.0.0.1.
    pub port: u16,
    /// Port of the management page and API; none leaves the plugin off.
    pub management_port: Option<u16>,
    /// Port for Erlang's distribution.
    pub distribution_port: u16,
    /// Port of this broker's own name daemon: on the default one unrelated brokers would share a daemon.
    pub epmd_port: u16,
    /// The administrator's password, used when the data folder is new.
    pub admin_password: String,
}

impl RabbitMq {
    /// The administrator's user name.
    pub const ADMIN: &'static str = "securechat";

    /// The name daemon; to be started before the broker, else the broker starts one that outlives it.
    pub fn epmd(&self) -> ProcessSpec {
        ProcessSpec {
            name: "epmd",
            package: "rabbitmq-server",
            program: "/usr/bin/epmd".into(),
            args: vec!["-port".into(), self.epmd_port.to_string().into(), "-address".into(), "127.0.0.1".into()],
            port: Some(self.epmd_port),
            ..self.spec()
        }
    }

    /// The broker.
    pub fn server(&self) -> ProcessSpec {
        let path = |name: &str| self.dir.join(name).display().to_string();
        let plugins = if self.management_port.is_some() { "[rabbitmq_management].\n" } else { "[].\n" };
        let env = [
            ("ERL_EPMD_PORT", self.epmd_port.to_string()),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".into()),
            ("RABBITMQ_CONF_ENV_FILE", "/dev/null".into()),
            // The node's name must not depend on the machine's, or the data is lost when that changes.
            ("RABBITMQ_NODENAME", "securechat@localhost".into()),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1".into()),
            ("RABBITMQ_NODE_PORT", self.port.to_string()),
            ("RABBITMQ_DIST_PORT", self.distribution_port.to_string()),
            ("RABBITMQ_MNESIA_BASE", path("data")),
            ("RABBITMQ_LOG_BASE", path("log")),
            ("RABBITMQ_SCHEMA_DIR", path("schema")),
            ("RABBITMQ_GENERATED_CONFIG_DIR", path("config")),
            ("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins")),
            ("RABBITMQ_PID_FILE", path("pid")),
            // One process instead of a shell around the broker: TERM reaches the broker itself.
            ("RABBITMQ_ALLOW_INPUT", "1".into()),
            (
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-noinput +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
                    .into(),
            ),
        ];
        ProcessSpec {
            name: "RabbitMQ",
            program: "/usr/lib/rabbitmq/bin/rabbitmq-server".into(),
            env: env.map(|(k, v)| (k.to_owned(), v)).to_vec(),
            files: vec![
                (self.dir.join("rabbitmq.conf"), self.configuration()),
                (self.dir.join("enabled_plugins"), plugins.to_owned()),
            ],
            port: Some(self.port),
            ..self.spec()
        }
    }

    fn configuration(&self) -> String {
        let mut text = format!(
            "default_user = {}\ndefault_pass = {}\nloopback_users = none\nvm_memory_high_watermark.absolute = 512MB\n\
             disk_free_limit.absolute = 50MB\nlog.console = true\nlog.console.level = warning\nlog.file = false\n",
            Self::ADMIN,
            self.admin_password
        );
        if let Some(port) = self.management_port {
            let _ = writeln!(text, "management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {port}");
        }
        text
    }

    fn spec(&self) -> ProcessSpec {
        ProcessSpec {
            name: "RabbitMQ",
            package: "rabbitmq-server",
            program: PathBuf::new(),
            args: Vec::new(),
            env: Vec::new(),
            dir: self.dir.clone(),
            files: Vec::new(),
            log: self.dir.join("rabbitmq.log"),
            port: None,
        }
    }
}
