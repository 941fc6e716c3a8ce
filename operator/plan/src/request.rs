//! A resource that was checked: everything in it is parsed, every default is filled in.

use crate::{Release, Releases, patch};
use securechat_config::Traces;
use securechat_operator_api::{
    SecureChat, SecureChatSpec,
    spec::{
        CacheFlavour, ExternalBroker, ExternalCache, ExternalDatabase, ManagedBroker, ManagedCache, ManagedDatabase,
    },
};
use std::sync::Arc;
use url::Url;

/// A store: ours or somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store<M, E> {
    /// Ours.
    Managed(M),
    /// Somebody else's.
    External(E),
}

impl<M: Default, E> Store<M, E> {
    fn of(managed: Option<M>, external: Option<E>) -> Self {
        match external {
            Some(external) => Self::External(external),
            None => Self::Managed(managed.unwrap_or_default()),
        }
    }

    /// Whether it is ours.
    pub fn is_managed(&self) -> bool {
        matches!(self, Self::Managed(_))
    }
}

/// What is asked for, checked.
#[derive(Debug, Clone)]
pub struct Request {
    /// The resource's name: the first part of all names.
    pub instance: String,
    /// Where people reach the platform.
    pub url: Url,
    /// The release.
    pub release: Arc<Release>,
    /// The database.
    pub database: Store<ManagedDatabase, ExternalDatabase>,
    /// The broker.
    pub broker: Store<ManagedBroker, ExternalBroker>,
    /// The cache.
    pub cache: Store<ManagedCache, ExternalCache>,
    /// Where the services send traces.
    pub traces: Option<Traces>,
    /// The rest, as it was given.
    pub spec: SecureChatSpec,
}

/// Why a resource cannot work. The API server's schema and rules refuse most of it already.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The version is none of the operator's.
    #[error("this operator does not know version {0}; it knows {1}")]
    UnknownVersion(String, String),
    /// A URL is none.
    #[error("{0}: '{1}' is not a URL: {2}")]
    Url(String, String, url::ParseError),
    /// The name leaves no room for the objects' names.
    #[error("the name '{0}' must be at most {MAX_NAME} small letters, digits and hyphens, and begin with a letter")]
    Name(String),
    /// Two things that exclude each other.
    #[error("{0}: give either managed or external, not both")]
    Both(&'static str),
    /// A patch asks for what a patch may not change.
    #[error("spec.patches[{0}]: {1} {2}: leave it out")]
    Patch(usize, String, &'static str),
    /// Something occurs twice.
    #[error("{0}: '{1}' occurs twice")]
    Twice(&'static str, String),
}

/// The longest name of a resource: `<name>-messaging-migrate-1a2b3c4d-5e6f` still is a label.
pub const MAX_NAME: usize = 30;

impl Request {
    /// Checks a resource; all problems are told at once.
    ///
    /// # Errors
    /// Every [`Invalid`] there is.
    pub fn check(resource: &SecureChat, releases: &Releases) -> Result<Self, Vec<Invalid>> {
        let spec = &resource.spec;
        let instance = resource.metadata.name.clone().unwrap_or_default();
        let mut problems = Vec::new();
        if !is_label(&instance) {
            problems.push(Invalid::Name(instance.clone()));
        }
        for (what, both) in [
            ("spec.database", spec.database.as_ref().is_some_and(|s| s.managed.is_some() && s.external.is_some())),
            ("spec.broker", spec.broker.as_ref().is_some_and(|s| s.managed.is_some() && s.external.is_some())),
            ("spec.cache", spec.cache.as_ref().is_some_and(|s| s.managed.is_some() && s.external.is_some())),
        ] {
            if both {
                problems.push(Invalid::Both(what));
            }
        }
        for (at, patch) in spec.patches.iter().enumerate() {
            if let Err(refused) = patch::judge(patch) {
                problems.push(Invalid::Patch(at, refused.path, refused.why));
            }
        }
        problems.extend(twice("spec.clients", spec.clients.iter().map(|c| c.id.as_str())));
        let administrator = spec.first_administrator.iter().map(|a| a.user_name.as_str());
        problems.extend(twice(
            "spec.demoAccounts",
            spec.demo_accounts.iter().map(|a| a.user_name.as_str()).chain(administrator),
        ));
        let release = releases.find(&spec.version);
        if release.is_none() {
            problems.push(Invalid::UnknownVersion(spec.version.clone(), releases.versions()));
        }
        let url = parse_url("spec.publicUrl", &spec.public_url, &mut problems);
        if let Some(url) = &url {
            for uri in spec.clients.iter().flat_map(|c| c.redirect_uris.iter().chain(&c.post_logout_redirect_uris)) {
                if let Err(error) = url.join(uri) {
                    problems.push(Invalid::Url("spec.clients".to_owned(), uri.clone(), error));
                }
            }
        }
        let traces = spec.traces.as_ref().and_then(|traces| {
            let endpoint = parse_url("spec.traces.endpoint", &traces.endpoint, &mut problems)?;
            Some(Traces { endpoint, sample_percent: u8::try_from(traces.sample_percent).unwrap_or(100) })
        });
        match (release, url) {
            (Some(release), Some(url)) if problems.is_empty() => {
                let (database, broker, cache) = (spec.database.clone(), spec.broker.clone(), spec.cache.clone());
                let (database, broker, cache) =
                    (database.unwrap_or_default(), broker.unwrap_or_default(), cache.unwrap_or_default());
                Ok(Self {
                    instance,
                    url,
                    release: Arc::clone(release),
                    database: Store::of(database.managed, database.external),
                    broker: Store::of(broker.managed, broker.external),
                    cache: Store::of(cache.managed, cache.external),
                    traces,
                    spec: spec.clone(),
                })
            }
            _ => Err(problems),
        }
    }

    /// The token issuer.
    ///
    /// # Errors
    /// Never for a checked URL.
    pub fn issuer(&self) -> Url {
        below(&self.url, "/auth")
    }

    pub(crate) fn server_image(&self) -> String {
        self.spec.images.server.clone().unwrap_or_else(|| self.release.server_image())
    }

    pub(crate) fn cache_image(&self, flavour: CacheFlavour) -> String {
        let images = &self.release.images;
        let own = match flavour {
            CacheFlavour::Valkey => &images.valkey,
            CacheFlavour::Redis => &images.redis,
        };
        self.spec.images.cache.as_ref().unwrap_or(own).clone()
    }
}

/// `path` below a base URL.
pub(crate) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

fn parse_url(field: &str, text: &str, problems: &mut Vec<Invalid>) -> Option<Url> {
    Url::parse(text).map_err(|error| problems.push(Invalid::Url(field.to_owned(), text.to_owned(), error))).ok()
}

fn twice<'a>(field: &'static str, names: impl Iterator<Item = &'a str>) -> Vec<Invalid> {
    let mut seen = std::collections::BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).map(|name| Invalid::Twice(field, name.to_owned())).collect()
}

fn is_label(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
