use super::Seeded;
use crate::releases::topology_of;
use securechat_contracts::ServiceName;
use securechat_operator_plan::{
    Class, Component, Fingerprints, JobState, MigrationFile, Observed, PartState, Previous, Record, Releases, Topology,
};
use std::collections::{BTreeMap, BTreeSet};

/// What really is, what the status says, and what the watches have told so far.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) releases: Releases,
    pub(crate) topologies: BTreeMap<&'static str, Topology>,
    /// The resource.
    pub(crate) asked: String,
    retry: Option<String>,
    /// The status.
    pub(crate) approved: Option<String>,
    pub(crate) records: BTreeMap<ServiceName, Record>,
    pub(crate) served: BTreeMap<ServiceName, String>,
    /// The cluster.
    pub(crate) jobs: BTreeMap<String, Job>,
    pub(crate) parts: BTreeMap<Component, Part>,
    database: BTreeMap<ServiceName, Vec<MigrationFile>>,
    succeeded: BTreeSet<String>,
    /// What was done, for whoever reads of a failure.
    pub(crate) trail: Vec<String>,
    /// What the operator knows.
    pub(crate) known_jobs: BTreeMap<String, JobState>,
    pub(crate) known_parts: BTreeMap<Component, PartState>,
}

#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) service: ServiceName,
    pub(crate) files: Vec<MigrationFile>,
    pub(crate) state: JobState,
}

/// A Deployment: what it was told to run, the pods there are, and those that still end.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) template: String,
    pub(crate) pods: Vec<String>,
    pub(crate) ending: Vec<String>,
}

impl Part {
    fn state(&self) -> PartState {
        let settled = self.pods.iter().all(|pod| *pod == self.template);
        PartState { version: self.template.clone(), desired: 2, ready: 2, settled, current: settled, credentials: None }
    }
}

impl World {
    pub(crate) fn new(releases: Releases, asked: &str) -> Self {
        let topologies = super::VERSIONS.map(|version| (version, topology_of(&releases, version)));
        Self {
            releases,
            topologies: topologies.into(),
            asked: asked.to_owned(),
            retry: None,
            approved: None,
            records: BTreeMap::new(),
            served: BTreeMap::new(),
            jobs: BTreeMap::new(),
            parts: BTreeMap::new(),
            database: BTreeMap::new(),
            succeeded: BTreeSet::new(),
            trail: Vec::new(),
            known_jobs: BTreeMap::new(),
            known_parts: BTreeMap::new(),
        }
    }

    pub(crate) fn ask_for(&mut self, version: &str) {
        self.trail.push(format!("asked for {version}"));
        version.clone_into(&mut self.asked);
    }

    pub(crate) fn retry(&mut self, word: usize) {
        self.retry = Some(word.to_string());
    }

    /// The watches catch up.
    pub(crate) fn sync(&mut self) {
        self.known_jobs = self.jobs.iter().map(|(name, job)| (name.clone(), job.state.clone())).collect();
        self.known_parts = self.parts.iter().map(|(component, part)| (*component, part.state())).collect();
    }

    pub(crate) fn observe(&self) -> Observed {
        let topology = &self.topologies[self.asked.as_str()];
        let mut jobs = self.known_jobs.clone();
        jobs.extend(self.topologies.values().map(|t| (t.provision.name.clone(), JobState::Succeeded)));
        Observed {
            parts: self.known_parts.clone(),
            jobs,
            secrets: Fingerprints(topology.secrets.iter().map(|s| (s.name.clone(), "print".to_owned())).collect()),
            releases: self.releases.clone(),
            retry: self.retry.clone(),
            previous: Previous { records: self.records.clone(), served: self.served.clone(), ..Previous::default() },
            ..Observed::default()
        }
    }

    /// Pods of services and web that are not of a release.
    pub(crate) fn old_pods(&self, version: &str) -> usize {
        let pods = self.parts.values().flat_map(|part| part.pods.iter().chain(&part.ending));
        pods.filter(|pod| *pod != version).count()
    }

    /// A Job is made.
    pub(crate) fn make(&mut self, name: &str, job: Job) {
        let other = self.jobs.iter().find(|(_, j)| j.service == job.service && j.state == JobState::Running);
        assert!(other.is_none(), "{name} is made while {} runs", other.unwrap().0);
        assert!(!self.succeeded.contains(name), "{name} has succeeded and is made again");
        self.trail.push(format!("made {name}"));
        self.known_jobs.insert(name.to_owned(), JobState::Running);
        self.jobs.insert(name.to_owned(), job);
    }

    /// A Deployment is told to run a release.
    pub(crate) fn roll(&mut self, component: Component, version: &str) {
        if let Component::Service(service) = component {
            let (has, release) = (self.files(service), self.releases.find(version).unwrap());
            for file in release.migrations(service).iter().filter(|file| file.class != Class::Contract) {
                assert!(has.contains(file), "{service} rolls to {version} without {}", file.script);
            }
            let lost =
                has.iter().find(|file| file.class == Class::Contract && !release.migrations(service).contains(file));
            assert!(lost.is_none(), "{service} rolls to {version} after {lost:?}");
        }
        self.trail.push(format!("{component} rolls to {version}"));
        let fresh = || Part { template: version.to_owned(), pods: vec![version.to_owned(); 2], ending: Vec::new() };
        let part = self.parts.entry(component).or_insert_with(fresh);
        version.clone_into(&mut part.template);
        // As the store does: what was written is not what was seen.
        let state = PartState { settled: false, ..part.state() };
        self.known_parts.entry(component).and_modify(|known| known.settled = false).or_insert(state);
    }

    fn files(&self, service: ServiceName) -> Vec<MigrationFile> {
        self.database.get(&service).cloned().unwrap_or_default()
    }

    /// Jobs end: one in `failing` badly, after some of its files.
    pub(crate) fn run_jobs(&mut self, random: &mut Seeded, failing: usize) {
        let running: Vec<_> = self.jobs.iter().filter(|(_, job)| job.state == JobState::Running).collect();
        let running: Vec<_> = running.into_iter().map(|(name, job)| (name.clone(), job.clone())).collect();
        for (name, job) in running {
            if random.once_in(3) {
                continue;
            }
            let has = self.files(job.service);
            let pending: Vec<_> = job.files.iter().filter(|file| !has.contains(file)).cloned().collect();
            let fails = failing != usize::MAX && !pending.is_empty() && random.once_in(failing);
            let some = if fails { random.below(pending.len()) } else { pending.len() };
            for file in &pending[..some] {
                self.apply(job.service, file);
            }
            let state = if fails {
                JobState::Failed { reason: "X".to_owned(), message: "no".to_owned() }
            } else {
                self.succeeded.insert(name.clone());
                JobState::Succeeded
            };
            self.trail.push(format!("{name}: {state:?}"));
            self.jobs.get_mut(&name).unwrap().state = state;
        }
    }

    fn apply(&mut self, service: ServiceName, file: &MigrationFile) {
        let has = self.database.entry(service).or_default();
        assert!(has.iter().all(|known| known.version < file.version), "{service}: {} is run on {has:?}", file.script);
        has.push(file.clone());
        self.trail.push(format!("{service} has {}", file.script));
        // Before a service has pods, nobody can miss what it takes away.
        if file.class != Class::Contract || !self.parts.contains_key(&Component::Service(service)) {
            return;
        }
        for (component, part) in &self.parts {
            for pod in part.pods.iter().chain(&part.ending) {
                let release = self.releases.find(pod).unwrap();
                let needs = !release.migrations(service).contains(file);
                assert!(!needs, "{service}: {} is run while a pod of {component} runs {pod}", file.script);
            }
        }
    }

    /// Some old pods are replaced, some that ended are gone.
    pub(crate) fn replace_pods(&mut self, random: &mut Seeded) {
        for part in self.parts.values_mut() {
            if let Some(old) = part.pods.iter().position(|pod| *pod != part.template).filter(|_| !random.once_in(3)) {
                let old = std::mem::replace(&mut part.pods[old], part.template.clone());
                part.ending.push(old);
            } else if random.once_in(2) {
                part.ending.pop();
            }
        }
    }

    /// Whether everything is as a release asks for, and known to be so.
    pub(crate) fn is_at_rest(&self, version: &str) {
        let release = self.releases.find(version).unwrap();
        for (component, part) in &self.parts {
            assert_eq!((part.template.as_str(), part.state().settled), (version, true), "{component}");
        }
        for service in ServiceName::ALL {
            let (has, record) = (self.files(service), &self.records[&service]);
            let missing = release.migrations(service).iter().find(|file| !has.contains(file));
            assert!(missing.is_none(), "{service} lacks {missing:?}");
            let known: Vec<_> = record.files.iter().filter(|f| f.begun_by.is_none()).map(|f| f.file.clone()).collect();
            let unknown = known.iter().find(|file| !has.contains(file));
            assert!(unknown.is_none(), "{service} is thought to have {unknown:?}");
        }
    }
}
