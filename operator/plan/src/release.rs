//! What a release brings: its images and its migrations. The build writes `release.yaml`; the operator carries
//! those it knows.

use securechat_contracts::ServiceName;
pub use securechat_operator_api::status::Class;
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which rendering a release was made with. Every renderer takes it, so that a newer operator renders a running
/// release as it was, and changes no pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u32);

impl Revision {
    /// The newest this operator can render.
    pub const NEWEST: Self = Self(1);
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Release {
    /// Its version, as 1.2.3.
    pub version: String,
    /// How its objects are rendered.
    #[serde(default = "newest")]
    pub render_revision: Revision,
    /// Its images.
    #[serde(default)]
    pub images: ReleaseImages,
    /// The migrations of each service.
    pub services: Vec<ServiceRelease>,
}

fn newest() -> Revision {
    Revision::NEWEST
}

/// The images of a release, each a whole reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReleaseImages {
    /// All services, migrations and provisioning; without tag or digest the release's version is the tag.
    pub server: String,
    /// Envoy.
    pub gateway: String,
    /// MySQL.
    pub mysql: String,
    /// MariaDB.
    pub mariadb: String,
    /// RabbitMQ.
    pub rabbitmq: String,
    /// Valkey.
    pub valkey: String,
    /// Redis.
    pub redis: String,
}

impl Default for ReleaseImages {
    fn default() -> Self {
        Self {
            server: "ghcr.io/securechat/securechat".to_owned(),
            gateway: "docker.io/envoyproxy/envoy:distroless-v1.36.2".to_owned(),
            mysql: "docker.io/library/mysql:8.4".to_owned(),
            mariadb: "docker.io/library/mariadb:10.11".to_owned(),
            rabbitmq: "docker.io/library/rabbitmq:4".to_owned(),
            valkey: "docker.io/valkey/valkey:8".to_owned(),
            redis: "docker.io/library/redis:7".to_owned(),
        }
    }
}

/// The migrations of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceRelease {
    /// The service.
    pub service: ServiceName,
    /// The oldest release of each other service that it works with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<ServiceName, Version>,
    /// Its files in the order they run.
    pub migrations: Vec<MigrationFile>,
}

/// One migration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MigrationFile {
    /// File name.
    pub script: String,
    /// Number; absent for a repeatable file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Flyway's checksum.
    pub checksum: i32,
    /// What it does to programs that run meanwhile.
    pub class: Class,
}

/// The text is no release.
#[derive(Debug, thiserror::Error)]
pub enum InvalidRelease {
    /// It cannot be read.
    #[error("not a release description: {0}")]
    Text(String),
    /// Its version is none.
    #[error("version '{0}' is not three numbers with dots between, such as 1.2.3")]
    Version(String),
    /// It is rendered in a way that this operator does not know.
    #[error("release {0} needs a newer operator (its renderRevision is {1}, this one knows up to {2})")]
    Revision(String, u32, u32),
    /// A service or a migration is given twice.
    #[error("{0} occurs twice")]
    Twice(String),
    /// Services that wait for each other would wait for ever.
    #[error("{0} needs itself, by way of the services that it needs")]
    Cycle(ServiceName),
}

impl Release {
    /// Reads a `release.yaml`.
    ///
    /// # Errors
    /// [`InvalidRelease`]
    pub fn parse(yaml: &str) -> Result<Self, InvalidRelease> {
        let release: Self = serde_saphyr::from_str(yaml).map_err(|error| InvalidRelease::Text(error.to_string()))?;
        release.check().map(|()| release)
    }

    fn check(&self) -> Result<(), InvalidRelease> {
        if Version::parse(&self.version).is_err() {
            return Err(InvalidRelease::Version(self.version.clone()));
        }
        if self.render_revision > Revision::NEWEST {
            let (wanted, known) = (self.render_revision.0, Revision::NEWEST.0);
            return Err(InvalidRelease::Revision(self.version.clone(), wanted, known));
        }
        let mut seen = BTreeSet::new();
        for service in &self.services {
            let versions = service.migrations.iter().filter_map(|file| file.version);
            let names = service.migrations.iter().map(|file| format!("{}: {}", service.service, file.script));
            let numbers = versions.map(|version| format!("{}: migration version {version}", service.service));
            if let Some(twice) =
                [service.service.to_string()].into_iter().chain(names).chain(numbers).find(|n| !seen.insert(n.clone()))
            {
                return Err(InvalidRelease::Twice(twice));
            }
        }
        match self.services.iter().find(|service| self.reaches(service.service, service.service)) {
            Some(service) => Err(InvalidRelease::Cycle(service.service)),
            None => Ok(()),
        }
    }

    /// Whether a service needs another one, directly or by way of others.
    fn reaches(&self, from: ServiceName, to: ServiceName) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(service) = open.pop() {
            for needed in self.needs(service).keys().copied() {
                if needed == to {
                    return true;
                }
                if seen.insert(needed) {
                    open.push(needed);
                }
            }
        }
        false
    }

    /// A service's files.
    pub fn migrations(&self, service: ServiceName) -> &[MigrationFile] {
        self.services.iter().find(|s| s.service == service).map_or(&[], |s| &s.migrations)
    }

    /// The oldest release of each other service that a service works with.
    pub fn needs(&self, service: ServiceName) -> &BTreeMap<ServiceName, Version> {
        static NOTHING: BTreeMap<ServiceName, Version> = BTreeMap::new();
        self.services.iter().find(|s| s.service == service).map_or(&NOTHING, |s| &s.needs)
    }

    /// The image of all services.
    pub fn server_image(&self) -> String {
        let image = &self.images.server;
        let tagged = image.contains('@') || image.rsplit('/').next().is_some_and(|last| last.contains(':'));
        if tagged { image.clone() } else { format!("{image}:{}", self.version) }
    }
}

/// The releases that an operator can run. A copy is cheap.
#[derive(Debug, Clone, Default)]
pub struct Releases(Vec<Arc<Release>>);

impl Releases {
    /// Those built into this operator.
    ///
    /// # Errors
    /// When the file that was built in is wrong, which a test excludes.
    pub fn built_in() -> Result<Self, InvalidRelease> {
        Ok(Self::of(vec![Release::parse(include_str!("../../../release.yaml"))?]))
    }

    /// These.
    pub fn of(releases: Vec<Release>) -> Self {
        Self(releases.into_iter().map(Arc::new).collect())
    }

    /// One more, unless another one of its version is known: that one stays, and is the error.
    ///
    /// # Errors
    /// The release that is known.
    pub fn add(&mut self, release: &Arc<Release>) -> Result<(), Arc<Release>> {
        match self.find(&release.version) {
            Some(known) if known != release => Err(Arc::clone(known)),
            Some(_) => Ok(()),
            None => {
                self.0.push(Arc::clone(release));
                Ok(())
            }
        }
    }

    /// The release of this version.
    pub fn find(&self, version: &str) -> Option<&Arc<Release>> {
        self.0.iter().find(|r| r.version == version)
    }

    /// All, oldest first.
    pub fn in_order(&self) -> Vec<&Arc<Release>> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_cached_key(|release| order(&release.version));
        all
    }

    /// All versions, for people.
    pub fn versions(&self) -> String {
        self.in_order().iter().map(|r| r.version.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// A version to compare by; text that is none comes before all that are.
pub(crate) fn order(version: &str) -> Option<Version> {
    Version::parse(version).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(yaml: &str) -> String {
        Release::parse(yaml).unwrap_err().to_string()
    }

    #[test]
    fn a_release_that_cannot_be_right_is_refused_with_a_sentence() {
        let file = |n: u32, script: &str| format!("{{script: {script}, version: {n}, checksum: 1, class: expand}}");
        for (text, sentence) in [
            ("version: 1.2.3\nservices: []\ncolour: red".to_owned(), "not a release description"),
            ("version: newest\nservices: []".to_owned(), "version 'newest' is not three numbers"),
            ("version: 1.2.3\nrenderRevision: 99\nservices: []".to_owned(), "needs a newer operator"),
            (
                format!(
                    "version: 1.2.3\nservices: [{{service: users, migrations: [{}, {}]}}]",
                    file(1, "a"),
                    file(1, "b")
                ),
                "users: migration version 1 occurs twice",
            ),
            (
                "version: 1.2.3\nservices: [{service: users, migrations: []}, {service: users, migrations: []}]"
                    .to_owned(),
                "users occurs twice",
            ),
            (
                "version: 1.2.3\nservices: [{service: users, needs: {chats: 1.0.0}, migrations: []}, \
                 {service: chats, needs: {users: 1.0.0}, migrations: []}]"
                    .to_owned(),
                "users needs itself",
            ),
        ] {
            let told = fault(&text);
            assert!(told.contains(sentence), "{text}: {told}");
        }
    }

    #[test]
    fn releases_are_told_in_the_order_of_their_versions_and_the_first_of_a_version_stays() {
        let release = |version: &str, image: &str| {
            let text = format!("version: {version}\nimages: {{server: {image}}}\nservices: []");
            Arc::new(Release::parse(&text).unwrap())
        };
        let mut all = Releases::default();
        for version in ["1.10.0", "1.9.0", "1.10.0-rc.1"] {
            all.add(&release(version, "a")).unwrap();
        }
        assert_eq!(all.versions(), "1.9.0, 1.10.0-rc.1, 1.10.0");
        all.add(&release("1.9.0", "a")).unwrap();
        assert_eq!(all.add(&release("1.9.0", "b")).unwrap_err().images.server, "a");
    }
}
