//! What a release brings: its images and its migrations. The build writes `release.yaml`; the operator carries
//! those it knows.

use securechat_contracts::ServiceName;
use serde::{Deserialize, Serialize};

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

/// What a migration does to programs that run meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// It adds; the former version of the service works on.
    Expand,
    /// It takes away; the former version no longer works.
    Contract,
    /// It changes rows only.
    Data,
}

/// The text is no release.
#[derive(Debug, thiserror::Error)]
#[error("not a release description: {0}")]
pub struct InvalidRelease(String);

impl Release {
    /// Reads a `release.yaml`.
    ///
    /// # Errors
    /// [`InvalidRelease`]
    pub fn parse(yaml: &str) -> Result<Self, InvalidRelease> {
        serde_saphyr::from_str(yaml).map_err(|error| InvalidRelease(error.to_string()))
    }

    /// A service's files.
    pub fn migrations(&self, service: ServiceName) -> &[MigrationFile] {
        self.services.iter().find(|s| s.service == service).map_or(&[], |s| &s.migrations)
    }

    /// The image of all services.
    pub fn server_image(&self) -> String {
        let image = &self.images.server;
        let tagged = image.contains('@') || image.rsplit('/').next().is_some_and(|last| last.contains(':'));
        if tagged { image.clone() } else { format!("{image}:{}", self.version) }
    }
}

/// The releases that an operator can run.
#[derive(Debug, Clone, Default)]
pub struct Releases(Vec<Release>);

impl Releases {
    /// Those built into this operator.
    ///
    /// # Errors
    /// When the file that was built in is wrong, which a test excludes.
    pub fn built_in() -> Result<Self, InvalidRelease> {
        Ok(Self(vec![Release::parse(include_str!("../../../release.yaml"))?]))
    }

    /// These.
    pub fn of(releases: Vec<Release>) -> Self {
        Self(releases)
    }

    /// The release of this version.
    pub fn find(&self, version: &str) -> Option<&Release> {
        self.0.iter().find(|r| r.version == version)
    }

    /// All versions, for people.
    pub fn versions(&self) -> String {
        self.0.iter().map(|r| r.version.as_str()).collect::<Vec<_>>().join(", ")
    }
}
