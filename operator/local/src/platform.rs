//! The whole platform: prepared, started in order, watched, stopped in the reverse order.

use crate::{
    Arguments,
    child::{Child, Plan},
    edge,
    folder::Folder,
    machine::Machine,
    mail::MailSink,
    ports::{self, Ports},
    resource,
    say::say,
    secrets,
    stores::Stores,
};
use anyhow::{Context, bail};
use futures_util::future::{join_all, try_join_all};
use securechat_contracts::ServiceName;
use securechat_local_servers::free_port;
use securechat_operator_api::SecureChat;
use securechat_operator_plan::{
    Component, Config, JobPlan, Known, Port, ProcessPlan, SecretKey, SecretName, Topology, topology,
};
use std::{
    ffi::OsString,
    fs,
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

const READY_WITHIN: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Services drain within their own time; this is a little more.
const GRACE: Duration = Duration::from_secs(20);
/// A process that ends again and again is started again at this pace.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

pub(crate) struct Platform {
    folder: Folder,
    machine: Machine,
    topology: Topology,
    resource: SecureChat,
    mail: MailSink,
    mail_plan: Plan,
    program: PathBuf,
    envoy: PathBuf,
    management: u16,
    children: Vec<Child>,
    stores: Option<Stores>,
    began: Instant,
}

impl Platform {
    /// Checks all that can be checked before anything is started.
    pub(crate) fn prepare(arguments: &Arguments) -> anyhow::Result<Self> {
        let began = Instant::now();
        let folder = Folder::take(&arguments.data)?;
        ports::require_free(arguments.port, "SecureChat", "stop what uses it or choose another (make up PORT=…)")?;
        let mail = MailSink::choose(arguments.mail_port)?;
        edge::require(&arguments.envoy)?;
        let (resource, request) = resource::read(&arguments.file, arguments.port, mail.smtp)?;
        let program = match &arguments.program {
            Some(program) => program.clone(),
            None => std::env::current_exe()?.with_file_name("securechat"),
        };
        let program =
            program.canonicalize().with_context(|| format!("{} is missing; run make build", program.display()))?;
        let web = arguments.web.canonicalize();
        let web = web.with_context(|| format!("{} is missing; run make web", arguments.web.display()))?;
        let spec = &resource.spec.services;
        let replicas = |component| {
            let spec = match component {
                Component::Service(ServiceName::Auth) => &spec.auth,
                Component::Service(ServiceName::Account) => &spec.account,
                Component::Service(ServiceName::Users) => &spec.users,
                Component::Service(ServiceName::Session) => &spec.session,
                Component::Service(ServiceName::Chats) => &spec.chats,
                Component::Service(ServiceName::Messaging) => &spec.messaging,
                Component::Web => &spec.web,
                Component::Database | Component::Broker | Component::Cache | Component::Gateway => return 1,
            };
            u32::try_from(spec.least()).unwrap_or(1)
        };
        let mut ports = Ports::choose(replicas)?;
        ports.set(Component::Gateway, Port::Public, arguments.port);
        fs::create_dir_all(folder.path("log"))?;
        let machine = Machine { ports, secrets: folder.private("secrets")?, web };
        let topology = topology(&request, &machine, &Known::default());
        secrets::make(&machine.secrets, &topology.secrets)?;
        let mail_plan = mail.plan(&arguments.mail_sink, folder.path("log/mail-sink.log"))?;
        Ok(Self {
            envoy: arguments.envoy.clone(),
            management: free_port()?,
            children: Vec::new(),
            stores: None,
            folder,
            machine,
            topology,
            resource,
            mail,
            mail_plan,
            program,
            began,
        })
    }

    /// Starts everything, tells where it is, and watches it; ends only with an error.
    pub(crate) async fn run(&mut self) -> anyhow::Result<()> {
        self.stores = Some(Stores::start(&self.folder, &self.machine, self.management)?);
        self.children.push(self.mail_plan.clone().start()?);
        self.children.push(edge::plan(&self.topology, &self.machine, &self.folder, &self.envoy)?.start()?);
        self.job(&self.topology.provision)?.run().await?;
        self.migrate().await?;
        let plans = self.process_plans()?;
        for plan in plans {
            self.children.push(plan.start()?);
        }
        self.until_ready().await?;
        self.greet()?;
        self.watch().await
    }

    /// All schemas at once: they do not depend on each other.
    async fn migrate(&self) -> anyhow::Result<()> {
        let plans: Vec<_> = self.topology.services.iter().map(|s| self.job(&s.migration)).collect::<Result<_, _>>()?;
        try_join_all(plans.iter().map(Plan::run)).await?;
        Ok(())
    }

    fn job(&self, job: &JobPlan) -> anyhow::Result<Plan> {
        self.plan(&job.name, &job.args, &job.config)
    }

    fn process_plans(&self) -> anyhow::Result<Vec<Plan>> {
        let services = self.topology.services.iter().map(|service| &service.process);
        let mut plans = Vec::new();
        for process in services.chain([&self.topology.web]) {
            for replica in 0..process.replicas {
                plans.push(self.process_plan(process, replica)?);
            }
        }
        Ok(plans)
    }

    fn process_plan(&self, process: &ProcessPlan, replica: u32) -> anyhow::Result<Plan> {
        let mut config = process.config.clone();
        let address = |port| self.machine.ports.address(process.component, replica, port);
        if let Some(http) = config.http_mut() {
            http.public = address(Port::Public);
            http.internal = address(Port::Internal);
            http.admin = address(Port::Admin);
        }
        self.name_all_replicas(&mut config)?;
        self.plan(&format!("{}-{replica}", process.component), &process.args, &config)
    }

    /// In a cluster one name stands for all replicas; here each has a port of its own.
    fn name_all_replicas(&self, config: &mut Config) -> anyhow::Result<()> {
        let peers = match config {
            Config::Auth(config) => vec![(ServiceName::Account, &mut config.account)],
            Config::Session(config) => vec![(ServiceName::Users, &mut config.users)],
            Config::Chats(config) => vec![(ServiceName::Users, &mut config.users)],
            Config::Messaging(config) => vec![(ServiceName::Chats, &mut config.chats)],
            _ => Vec::new(),
        };
        for (service, peer) in peers {
            let replicas = self.topology.services.iter().find(|s| s.name == service).map_or(1, |s| s.process.replicas);
            for replica in 1..replicas {
                let address = self.machine.ports.address(Component::Service(service), replica, Port::Internal);
                peer.more_urls.push(format!("http://{address}/").parse()?);
            }
        }
        Ok(())
    }

    fn plan(&self, name: &str, args: &[String], config: &Config) -> anyhow::Result<Plan> {
        let file = self.folder.private("config")?.join(format!("{name}.json"));
        fs::write(&file, config.to_json()?).with_context(|| file.display().to_string())?;
        let mut all: Vec<OsString> = args.iter().map(Into::into).collect();
        all.extend(["--config".into(), file.into_os_string()]);
        let log = self.folder.path(&format!("log/{name}.log"));
        Ok(Plan { name: name.to_owned(), program: self.program.clone(), args: all, log })
    }

    /// Ends when every service, the application and the edge answer.
    async fn until_ready(&mut self) -> anyhow::Result<()> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(2)).build()?;
        let mut waiting: Vec<(String, SocketAddr)> = Vec::new();
        for process in self.topology.services.iter().map(|s| &s.process).chain([&self.topology.web]) {
            for replica in 0..process.replicas {
                let address = self.machine.ports.address(process.component, replica, Port::Admin);
                waiting.push((process.component.to_string(), address));
            }
        }
        waiting.push(("Envoy".to_owned(), self.topology.gateway.admin));
        let began = Instant::now();
        while !waiting.is_empty() {
            if began.elapsed() > READY_WITHIN {
                let names: Vec<_> = waiting.into_iter().map(|(name, _)| name).collect();
                let log = self.folder.path("log");
                bail!("not ready after {} s: {}; see {}", READY_WITHIN.as_secs(), names.join(", "), log.display());
            }
            let mut still = Vec::new();
            for (name, address) in waiting {
                let answer = http.get(format!("http://{address}/ready")).send().await;
                if !answer.is_ok_and(|answer| answer.status().is_success()) {
                    still.push((name, address));
                }
            }
            waiting = still;
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    fn greet(&self) -> anyhow::Result<()> {
        let base = self.topology.url.as_str().trim_end_matches('/');
        say(&format!("\nSecureChat is at {base} (after {:.1} s)\n", self.began.elapsed().as_secs_f32()));
        for account in &self.resource.spec.demo_accounts {
            let key = SecretKey::new(SecretName::Accounts, &account.user_name);
            let path = secrets::file(&self.machine.secrets, &key);
            let password = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            say(&format!("  sign in as {:<8} password {password}", account.user_name));
        }
        say(&format!("\n  mails    http://localhost:{}", self.mail.page));
        say(&format!("  status   {base}/status"));
        say(&format!("  docs     {base}/docs"));
        say(&format!("  broker   http://localhost:{} (securechat, {})", self.management, self.broker_password_file()));
        say(&format!("  logs     {}\n\nCtrl-C stops it; the data stays.", self.folder.path("log").display()));
        Ok(())
    }

    fn broker_password_file(&self) -> String {
        secrets::file(&self.machine.secrets, &SecretKey::new(SecretName::Broker, "password")).display().to_string()
    }

    /// Tells of every process that ends, and starts it again.
    async fn watch(&mut self) -> anyhow::Result<()> {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Some((store, line)) = self.stores.as_mut().and_then(Stores::ended) {
                say(&line);
                tokio::time::sleep(RESTART_PAUSE).await;
                store.restart(true)?;
            }
            for child in &mut self.children {
                let ended = tokio::time::timeout(Duration::from_millis(1), child.ended()).await;
                if let Ok(how) = ended {
                    say(&how);
                    tokio::time::sleep(RESTART_PAUSE).await;
                    *child = child.plan.clone().start()?;
                }
            }
        }
    }

    /// Services first, so that they can finish; stores last.
    pub(crate) async fn stop(&mut self) {
        join_all(self.children.iter_mut().map(|child| child.stop(GRACE))).await;
        if let Some(mut stores) = self.stores.take() {
            stores.stop();
        }
    }
}
