//! What is rendered for the stores, given to the real servers of this machine: Debian's MariaDB, RabbitMQ and Redis.
//! Only the places differ: folders, ports, and the broker's node name, which has no DNS here.

use crate::case::{migrated, objects, plan, rendered, values};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use securechat_config as config;
use securechat_event_bus::{Bus, Options, Subscriptions};
use securechat_local_servers::{ProcessSpec, Running, free_port};
use securechat_operator_plan::{Config, Topology};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// One store's pod, as processes in a folder.
struct Pod {
    dir: PathBuf,
    port: u16,
    running: Vec<Running>,
}

const START: Duration = Duration::from_mins(1);

impl Pod {
    /// Puts the rendered files where the rendered commands will look for them.
    fn new(topology: &Topology, store: &str, usual_port: u16) -> (Self, Value) {
        let dir = tempfile::Builder::new().prefix("sc-").tempdir().unwrap().keep();
        let pod = Self { dir, port: free_port().unwrap(), running: Vec::new() };
        let all = objects(&rendered(topology, &migrated(topology)));
        let find = |kind: &str, name: String| {
            all.iter().find(|o| o["kind"] == kind && o["metadata"]["name"] == name.as_str()).unwrap().clone()
        };
        for (file, text) in find("ConfigMap", format!("acme-{store}"))["data"].as_object().unwrap() {
            let text = pod.placed(text.as_str().unwrap()).replace(&usual_port.to_string(), &pod.port.to_string());
            pod.write("config", file, &text);
        }
        for (file, content) in find("Secret", format!("acme-{store}-bootstrap"))["data"].as_object().unwrap() {
            let bytes = STANDARD.decode(content.as_str().unwrap()).unwrap();
            pod.write("secrets", file, &pod.placed(&String::from_utf8(bytes).unwrap()));
        }
        for (secret, entries) in &values(topology).0 {
            for (key, value) in entries {
                pod.write(&format!("values/{secret}"), key, std::str::from_utf8(&value.0).unwrap());
            }
        }
        for folder in ["data", "run", "home", "tmp"] {
            std::fs::create_dir_all(pod.dir.join(folder)).unwrap();
        }
        // The servers run as the user nobody here, if the test runs as root.
        let _ = Command::new("chown").args(["-R", "65534:65534"]).arg(&pod.dir).status();
        let spec = find("StatefulSet", format!("acme-{store}"))["spec"]["template"]["spec"].clone();
        (pod, spec)
    }

    fn write(&self, folder: &str, file: &str, text: &str) {
        std::fs::create_dir_all(self.dir.join(folder)).unwrap();
        std::fs::write(self.dir.join(folder).join(file), text).unwrap();
    }

    /// The container's paths as folders of this pod.
    fn placed(&self, text: &str) -> String {
        let places = [
            ("/run/secrets/securechat", "secrets"),
            ("/etc/securechat", "config"),
            ("/run/mysqld", "run"),
            ("/home/rabbitmq", "home"),
            ("/data", "data"),
            ("/tmp", "tmp"),
        ];
        // In two steps: the folder itself may lie below one of these.
        let marked =
            places.iter().fold(text.to_owned(), |text, (path, name)| text.replace(path, &format!("\u{1}{name}")));
        marked.replace('\u{1}', &format!("{}/", self.dir.display()))
    }

    /// A container's command as a process of this machine.
    fn process(&self, name: &'static str, container: &Value, serves: bool) -> ProcessSpec {
        let command: Vec<_> =
            container["command"].as_array().unwrap().iter().map(|c| self.placed(c.as_str().unwrap())).collect();
        let folders = ["/usr/lib/rabbitmq/bin", "/usr/sbin", "/usr/bin", "/bin"];
        let program = folders.iter().map(|f| Path::new(f).join(&command[0])).find(|path| path.exists()).unwrap();
        let variables = container["env"].as_array().into_iter().flatten();
        let given = variables.filter_map(|v| Some((v["name"].as_str()?.to_owned(), self.placed(v["value"].as_str()?))));
        ProcessSpec {
            name,
            package: name,
            program,
            args: command[1..].iter().map(Into::into).collect(),
            env: given.collect(),
            dir: self.dir.clone(),
            files: Vec::new(),
            log: self.dir.join(format!("{name}.log")),
            port: serves.then_some(self.port),
        }
    }

    /// Init containers, then the server.
    fn start(&mut self, spec: &Value, adjust: impl Fn(&mut ProcessSpec)) {
        for container in spec["initContainers"].as_array().into_iter().flatten() {
            let mut process = self.process("init", container, false);
            adjust(&mut process);
            process.run().unwrap();
        }
        let mut process = self.process("server", &spec["containers"][0], true);
        adjust(&mut process);
        self.running.push(process.spawn(true).unwrap());
        self.running.last_mut().unwrap().wait_ready(START).unwrap();
    }

    /// A rendered configuration that speaks to this pod.
    fn config<C: DeserializeOwned>(&self, rendered: &Config, store: &str, usual_port: u16) -> C {
        let text = rendered.to_json().unwrap();
        let text = text.replace("/run/secrets/securechat", self.dir.join("values").to_str().unwrap());
        let text = text.replace(&format!("acme-{store}.talk.svc"), "127.0.0.1");
        serde_json::from_str(&text.replace(&format!("\"port\": {usual_port}"), &format!("\"port\": {}", self.port)))
            .unwrap()
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        for mut process in self.running.drain(..).rev() {
            process.stop(Duration::from_secs(20));
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// A new data folder, a second start on it, the probe, and provisioning with the rendered configuration.
///
/// Proves: W-57.
#[tokio::test(flavor = "multi_thread")]
async fn mariadb_starts_from_the_rendered_files_and_is_provisioned() {
    let topology = plan("everything");
    let (mut pod, spec) = Pod::new(&topology, "database", 3306);
    pod.start(&spec, |_| {});
    // The second start finds the marker, and the passwords are set again.
    pod.running.pop().unwrap().stop(Duration::from_secs(20));
    pod.start(&spec, |_| {});

    let probe = pod.process(
        "probe",
        &serde_json::json!({"command": spec["containers"][0]["readinessProbe"]["exec"]["command"]}),
        false,
    );
    probe.run().unwrap();

    let provision: config::Provision = pod.config(&topology.provision.config, "database", 3306);
    securechat_db::provision(&provision).await.unwrap();
    let users = topology.services.iter().find(|service| service.name.as_str() == "users").unwrap();
    let config: config::Users = pod.config(&users.process.config, "database", 3306);
    let pool = securechat_db::pool(&config.database).unwrap();
    assert!(pool.acquire().await.is_ok(), "the service's own user signs in");
    let migration: config::Migration = pod.config(&users.migration.config, "database", 3306);
    let pool = securechat_db::pool(&migration.database).unwrap();
    assert!(pool.acquire().await.is_ok(), "the migration's user signs in");

    let root = Command::new("mariadb")
        .args(["-uroot", "--protocol=socket", "--socket"])
        .arg(pod.dir.join("run/mysqld.sock"))
        .args(["-e", "SELECT 1"])
        .output()
        .unwrap();
    assert!(!root.status.success(), "root has a password");
}

/// The product's own bus connects as each service, declares what it needs, and follows events through queues of its own.
///
/// Proves: W-56.
#[tokio::test(flavor = "multi_thread")]
async fn rabbitmq_starts_from_the_rendered_files_and_every_service_may_declare() {
    let topology = plan("everything");
    let (mut pod, spec) = Pod::new(&topology, "broker", 5672);
    let (epmd_port, distribution) = (free_port().unwrap().to_string(), free_port().unwrap().to_string());
    // Beside other brokers of this machine: a name daemon of its own.
    let epmd = ProcessSpec {
        program: "/usr/bin/epmd".into(),
        args: ["-port", &epmd_port, "-address", "127.0.0.1"].iter().map(Into::into).collect(),
        port: epmd_port.parse().ok(),
        ..pod.process("epmd", &serde_json::json!({"command": ["sh"]}), false)
    };
    pod.running.push(epmd.spawn(true).unwrap());
    pod.running[0].wait_ready(START).unwrap();
    pod.start(&spec, |process| {
        process.env.retain(|(name, _)| name != "RABBITMQ_NODENAME");
        let own = [
            ("RABBITMQ_NODENAME", "rabbit@127.0.0.1"),
            ("RABBITMQ_CONF_ENV_FILE", "/dev/null"),
            ("ERL_EPMD_PORT", &epmd_port),
            ("RABBITMQ_DIST_PORT", &distribution),
        ];
        process.env.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    });
    for service in &topology.services {
        let Some(broker) = broker_of(&service.process.config) else { continue };
        let broker = config::Broker {
            host: "127.0.0.1".to_owned(),
            port: pod.port,
            password_file: config::Secret(pod.dir.join("values").join(service.name.as_str()).join("broker-password")),
            ..broker.clone()
        };
        let bus = Bus::start(broker, Options::named(service.name.as_str()));
        let mut connected = bus.connected();
        let declared = tokio::time::timeout(START, connected.wait_for(|connected| *connected)).await;
        assert!(declared.is_ok(), "{} may not declare: see {}/server.log", service.name, pod.dir.display());
        for queue in [service.name.to_string(), format!("{}-access", service.name)] {
            let bound = Arc::new(Notify::new());
            let told = Arc::clone(&bound);
            let follower = bus.follow(queue.clone(), Subscriptions::new(), move || {
                told.notify_one();
                std::future::ready(())
            });
            let bound = tokio::time::timeout(START, bound.notified()).await;
            assert!(bound.is_ok(), "{} may not follow {queue}: see {}/server.log", service.name, pod.dir.display());
            follower.stop().await;
        }
        bus.stop();
    }
}

/// Proves: W-57.
#[tokio::test(flavor = "multi_thread")]
async fn redis_starts_from_the_rendered_files_and_keeps_services_apart() {
    let topology = plan("everything");
    let (mut pod, spec) = Pod::new(&topology, "cache", 6379);
    pod.start(&spec, |_| {});
    let say = |user: Option<&str>, words: &[&str]| {
        let mut client = Command::new("redis-cli");
        client.args(["-h", "127.0.0.1", "-p", &pod.port.to_string()]);
        if let Some(user) = user {
            client.args(["--no-auth-warning", "--user", user, "--pass", &format!("{user}/cache-password")]);
        }
        String::from_utf8(client.args(words).output().unwrap().stdout).unwrap()
    };
    assert_eq!(say(Some("session"), &["SET", "session:a", "1"]).trim(), "OK");
    assert_eq!(say(Some("session"), &["EVAL", "return redis.call('GET', KEYS[1])", "1", "session:a"]).trim(), "1");
    assert!(say(Some("auth"), &["GET", "session:a"]).contains("NOPERM"));
    assert!(say(Some("auth"), &["FLUSHALL"]).contains("NOPERM"));
    assert!(say(None, &["GET", "session:a"]).contains("NOAUTH"));
}

fn broker_of(config: &Config) -> Option<&config::Broker> {
    match config {
        Config::Account(c) => Some(&c.broker),
        Config::Users(c) => Some(&c.broker),
        Config::Session(c) => Some(&c.broker),
        Config::Chats(c) => Some(&c.broker),
        Config::Messaging(c) => Some(&c.broker),
        Config::Auth(_) | Config::Web(_) | Config::Provision(_) | Config::Migration(_) => None,
    }
}
