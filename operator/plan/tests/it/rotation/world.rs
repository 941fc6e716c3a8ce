//! A played cluster in which only what has to do with credentials exists. Whoever signs in anywhere is checked at once.

use crate::seeded::Seeded;
use crate::{Machine, request};
use securechat_contracts::ServiceName;
use securechat_operator_plan::{
    Component, Config, Credentials, Fingerprints, JobPlan, JobState, Known, Observed, PartState, Previous, Record,
    Request, Rotation, SecretKey, SecretName, Steps, Topology, topology,
};
use std::collections::BTreeMap;
use std::path::Path;

/// User names and passwords.
type Users = BTreeMap<String, String>;

/// What a pod was started with.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Template {
    label: Option<String>,
    database: (String, String),
    broker: Option<(String, String)>,
}

/// A Deployment, and its pods with those that still end.
#[derive(Clone)]
struct Part {
    template: Template,
    pods: Vec<Template>,
    ending: Vec<Template>,
}

#[derive(Clone)]
pub(super) struct World {
    request: Request,
    /// The annotation.
    asked: Option<String>,
    /// The status.
    pub(super) status: Option<Credentials>,
    records: BTreeMap<ServiceName, Record>,
    /// The cluster. Each time that a Secret is made it gets a number: its passwords are others.
    secrets: BTreeMap<SecretName, u32>,
    made: u32,
    jobs: BTreeMap<String, (JobPlan, JobState)>,
    parts: BTreeMap<ServiceName, Part>,
    broker_told: (Option<String>, Users),
    /// The stores: whom they let in.
    database: Users,
    broker: Users,
    broker_label: Option<String>,
    /// What the operator knows.
    known_jobs: BTreeMap<String, JobState>,
    known_parts: BTreeMap<Component, PartState>,
    /// The words for which a rotation was begun.
    pub(super) begun: Vec<String>,
    pub(super) trail: Vec<String>,
}

impl World {
    /// A platform whose credentials were never replaced, at rest.
    pub(super) fn new() -> Self {
        let mut world = Self {
            request: request(""),
            asked: None,
            status: None,
            records: BTreeMap::new(),
            secrets: BTreeMap::new(),
            made: 0,
            jobs: BTreeMap::new(),
            parts: BTreeMap::new(),
            broker_told: (None, Users::new()),
            database: Users::new(),
            broker: Users::new(),
            broker_label: None,
            known_jobs: BTreeMap::new(),
            known_parts: BTreeMap::new(),
            begun: Vec::new(),
            trail: Vec::new(),
        };
        let mut random = Seeded::new(0);
        for _ in 0..30 {
            world.look(&mut random, false);
            world.run_jobs(&mut random);
            world.restart_broker();
            world.replace_pods(&mut random);
            world.sync();
        }
        assert_eq!(world.parts.len(), 6, "{}", world.trail.join("\n"));
        world
    }

    pub(super) fn ask(&mut self, word: String) {
        self.trail.push(format!("asked: {word}"));
        self.asked = Some(word);
    }

    /// As a backup that holds no status does.
    pub(super) fn lose_status(&mut self) {
        self.trail.push("the status is lost".to_owned());
        self.status = None;
        self.records.clear();
    }

    pub(super) fn sync(&mut self) {
        self.known_jobs = self.jobs.iter().map(|(name, (_, state))| (name.clone(), state.clone())).collect();
        let version = self.request.release.version.clone();
        for (service, part) in &self.parts {
            let settled = part.pods.iter().all(|pod| *pod == part.template);
            let credentials = part.template.label.clone();
            let state =
                PartState { version: version.clone(), desired: 2, ready: 2, settled, current: settled, credentials };
            self.known_parts.insert(Component::Service(*service), state);
        }
        let settled = self.broker_label == self.broker_told.0 && self.broker == self.broker_told.1;
        let one = PartState { desired: 1, ready: 1, settled, current: settled, ..PartState::default() };
        let broker = PartState { credentials: self.broker_told.0.clone(), ..one.clone() };
        self.known_parts.insert(Component::Broker, broker);
        self.known_parts.insert(Component::Database, PartState { settled: true, ..one });
    }

    fn fingerprints(&self) -> Fingerprints {
        Fingerprints(self.secrets.iter().map(|(name, number)| (name.clone(), number.to_string())).collect())
    }

    /// A password that lies in a file, as the machine of these tests places it.
    fn read(&self, file: &Path) -> Option<String> {
        let secret = file.parent()?.file_name()?.to_str()?;
        let number = self.secrets.iter().find(|(name, _)| name.as_str() == secret)?.1;
        Some(format!("{}#{number}", file.display()))
    }

    fn password(&self, key: &SecretKey) -> Option<String> {
        self.read(Path::new(&format!("/secrets/{}/{}", key.secret, key.key)))
    }

    /// A look of the operator, which `may_die` between any two writes; it is followed by one that lists everything anew.
    pub(super) fn look(&mut self, random: &mut Seeded, may_die: bool) {
        if self.once(random, may_die).is_none() {
            self.trail.push("died".to_owned());
            self.sync();
        }
        self.check();
    }

    fn once(&mut self, random: &mut Seeded, may_die: bool) -> Option<()> {
        let write = |random: &mut Seeded| (!(may_die && random.once_in(6))).then_some(());
        let secrets = self.fingerprints();
        let credentials = self.status.clone().unwrap_or_else(|| Credentials::recalled(&secrets, self.asked.as_ref()));
        let known = Known { fingerprints: secrets.clone(), credentials: credentials.clone(), ..Known::default() };
        let topology = topology(&self.request, &Machine, &known);
        let mut observed = Observed {
            parts: self.known_parts.clone(),
            jobs: self.known_jobs.clone(),
            secrets,
            rotate: self.asked.clone(),
            previous: Previous {
                records: self.records.clone(),
                credentials: self.status.clone(),
                ..Previous::default()
            },
            ..Observed::default()
        };
        let mut steps = Steps::decide(&topology, &observed);
        if steps.rotation.asks_for_former_pods {
            let label = credentials.rotation.used().label();
            let pods = self.parts.values().flat_map(|part| part.pods.iter().chain(&part.ending));
            observed.former_pods = Some(pods.filter(|pod| pod.label != label).count());
            steps = Steps::decide(&topology, &observed);
        }
        for name in &steps.secrets {
            write(random)?;
            self.made += 1;
            self.trail.push(format!("made Secret {name} #{}", self.made));
            self.secrets.insert(name.clone(), self.made);
        }
        if steps.secrets.is_empty() {
            self.apply(&topology, &steps, random, may_die)?;
        }
        write(random)?;
        for (name, service) in &steps.services {
            self.records.insert(*name, service.noted(&topology.version, true));
        }
        if self.status.as_ref() != Some(&steps.rotation.after) {
            self.trail.push(format!("noted {:?}", steps.rotation.after));
            if let (Rotation::Rest(_), Rotation::Preparing(..)) = (credentials.rotation, steps.rotation.after.rotation)
            {
                self.begun.extend(steps.rotation.after.asked.clone());
            }
            self.status = Some(steps.rotation.after);
        }
        Some(())
    }

    fn apply(&mut self, topology: &Topology, steps: &Steps, random: &mut Seeded, may_die: bool) -> Option<()> {
        let write = |random: &mut Seeded| (!(may_die && random.once_in(6))).then_some(());
        let users = topology.broker.iter().flat_map(|broker| &broker.users);
        let users = users.map(|user| (user.name.clone(), self.password(&user.password).unwrap())).collect();
        let told = (topology.credentials.rotation.label(), users);
        if self.broker_told != told {
            write(random)?;
            self.trail.push(format!("the broker is told of {:?}", told.0));
            self.broker_told = told;
            self.known_parts.insert(Component::Broker, PartState { desired: 1, ..PartState::default() });
        }
        let provision = steps.may_provision.is_open().then_some(&steps.provision);
        let migrations =
            steps.services.values().filter_map(|service| service.job.as_ref().filter(|_| service.may_make));
        let jobs: Vec<_> = provision.into_iter().chain(migrations).cloned().collect();
        for job in &jobs {
            if !self.known_jobs.contains_key(&job.name) {
                write(random)?;
                self.known_jobs.insert(job.name.clone(), JobState::Running);
                self.jobs.entry(job.name.clone()).or_insert((job.clone(), JobState::Running));
            }
        }
        for plan in &topology.services {
            let template = self.template(topology, &plan.process.config);
            let has = self.parts.get(&plan.name).map(|part| &part.template);
            if !steps.services[&plan.name].rollout.is_open() || has == Some(&template) {
                continue;
            }
            write(random)?;
            self.trail.push(format!("{} rolls to {:?}", plan.name, template.label));
            let new = Part { template: template.clone(), pods: vec![template.clone(); 2], ending: Vec::new() };
            self.parts.entry(plan.name).or_insert(new).template = template;
            self.known_parts.insert(Component::Service(plan.name), PartState { desired: 1, ..PartState::default() });
        }
        let unwanted = |name: &SecretName| topology.secrets.iter().all(|secret| secret.name != *name);
        let unwanted: Vec<_> = self.secrets.keys().filter(|name| unwanted(name)).cloned().collect();
        for name in unwanted {
            write(random)?;
            self.trail.push(format!("swept Secret {name}"));
            self.secrets.remove(&name);
        }
        let kept = steps.services.values().flat_map(|service| &service.kept).chain(jobs.iter().map(|job| &job.name));
        let kept: Vec<_> = kept.cloned().collect();
        self.jobs.retain(|name, (_, state)| *state == JobState::Running || kept.contains(name));
        Some(())
    }

    fn template(&self, topology: &Topology, config: &Config) -> Template {
        let (database, broker) = match config {
            Config::Auth(config) => (&config.database, None),
            Config::Account(config) => (&config.database, Some(&config.broker)),
            Config::Users(config) => (&config.database, Some(&config.broker)),
            Config::Session(config) => (&config.database, Some(&config.broker)),
            Config::Chats(config) => (&config.database, Some(&config.broker)),
            Config::Messaging(config) => (&config.database, Some(&config.broker)),
            Config::Web(_) | Config::Provision(_) | Config::Migration(_) => panic!("no service"),
        };
        let login = |user: &str, file: &Path| (user.to_owned(), self.read(file).unwrap());
        Template {
            label: topology.credentials.rotation.used().label(),
            database: login(&database.user, database.password_file.path()),
            broker: broker.map(|broker| login(&broker.user, broker.password_file.path())),
        }
    }

    /// Jobs end well. One whose Secret is gone waits for it, as a pod does that cannot mount it.
    pub(super) fn run_jobs(&mut self, random: &mut Seeded) {
        let running = self.jobs.iter().filter(|(_, (_, state))| *state == JobState::Running);
        let running: Vec<_> = running.map(|(_, (job, _))| job.clone()).collect();
        for job in running {
            if random.once_in(3) || job.secrets.0.keys().any(|secret| !self.secrets.contains_key(secret)) {
                continue;
            }
            match &job.config {
                Config::Provision(config) => {
                    for schema in &config.schemas {
                        let (dml, ddl) = (schema.dml_password_file.path(), schema.ddl_password_file.path());
                        self.database.insert(schema.dml_user.clone(), self.read(dml).unwrap());
                        self.database.insert(schema.ddl_user.clone(), self.read(ddl).unwrap());
                    }
                    config.former_users.iter().for_each(|user| drop(self.database.remove(user)));
                }
                Config::Migration(config) => {
                    let database = &config.database;
                    let password = self.read(database.password_file.path());
                    assert_eq!(self.database.get(&database.user), password.as_ref(), "{} is refused", job.name);
                }
                _ => panic!("no Job"),
            }
            self.trail.push(format!("{} succeeded", job.name));
            self.jobs.get_mut(&job.name).unwrap().1 = JobState::Succeeded;
        }
        self.check();
    }

    /// Its pod is replaced by one that reads what is there now.
    pub(super) fn restart_broker(&mut self) {
        if (&self.broker_label, &self.broker) != (&self.broker_told.0, &self.broker_told.1) {
            self.trail.push(format!("the broker restarts with {:?}", self.broker_told.0));
            (self.broker_label, self.broker) = self.broker_told.clone();
        }
        self.check();
    }

    /// Some pods are replaced by those of the present template, and some of the replaced ones are gone.
    pub(super) fn replace_pods(&mut self, random: &mut Seeded) {
        for (service, part) in &mut self.parts {
            if let Some(old) = part.pods.iter().position(|pod| *pod != part.template).filter(|_| !random.once_in(3)) {
                part.ending.push(std::mem::replace(&mut part.pods[old], part.template.clone()));
            } else if random.once_in(2) && part.ending.pop().is_some() {
                self.trail.push(format!("an old pod of {service} is gone"));
            }
        }
        self.check();
    }

    /// Every pod that exists is let in everywhere, at any time.
    fn check(&self) {
        // A platform that is being installed waits for its stores.
        if self.database.is_empty() || self.broker.is_empty() {
            return;
        }
        let lets_in = |users: &Users, (user, password): &(String, String)| users.get(user) == Some(password);
        for (service, part) in &self.parts {
            for pod in part.pods.iter().chain(&part.ending) {
                assert!(lets_in(&self.database, &pod.database), "the database refuses {service}: {pod:?}");
                let broker = pod.broker.as_ref().is_none_or(|login| lets_in(&self.broker, login));
                assert!(broker, "the broker refuses {service}: {pod:?}");
            }
        }
    }

    /// Nothing is left but one set, which everything uses.
    pub(super) fn is_at_rest(&self) {
        let Some(Credentials { rotation: Rotation::Rest(set), .. }) = self.status else {
            panic!("not at rest: {:?}", self.status);
        };
        let secrets = self.secrets.keys().filter(|name| matches!(name, SecretName::Credentials(_)));
        assert_eq!(secrets.cloned().collect::<Vec<_>>(), set.secret().into_iter().collect::<Vec<_>>());
        assert_eq!((self.database.len(), self.broker.len()), (12, 5), "{:?} {:?}", self.database, self.broker);
        for part in self.parts.values() {
            assert!(part.pods.iter().all(|pod| pod.label == set.label()));
        }
    }
}
