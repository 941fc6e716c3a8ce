//! The only place where a name, a label or a path is spelled.

use securechat_operator_plan::{Certificate, Component, SecretKey, SecretName};
use std::collections::BTreeMap;

/// The field manager of everything that the operator writes, and the value of `app.kubernetes.io/managed-by`.
pub const MANAGER: &str = "securechat-operator";
/// The field manager that holds the number of a Deployment's pods from when the operator leaves it to Kubernetes until
/// Kubernetes changes it.
pub const REPLICAS_MANAGER: &str = "securechat-operator-replicas";
/// Label: the product.
const NAME: &str = "app.kubernetes.io/name";
const PRODUCT: &str = "securechat";
/// Label: which resource an object belongs to.
pub const INSTANCE: &str = "app.kubernetes.io/instance";
/// Label: who manages an object.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Label: which part of the platform an object belongs to.
pub const COMPONENT: &str = "app.kubernetes.io/component";
/// Label: the release that an object was rendered for.
pub const VERSION: &str = "app.kubernetes.io/version";
/// Label of a migration Job: the service whose schema it migrates.
pub const SERVICE: &str = "securechat.io/service";
/// Label of a ConfigMap that describes a release; its value is `true`.
pub const RELEASE: &str = "securechat.io/release";
/// Label of a Secret that somebody else makes; its value is `true`: when it changes, the resources beside it are looked at.
pub const FOLLOW: &str = "securechat.io/follow";
/// Annotation of a resource: any word that was not there before has failed migration Jobs run once more.
pub const RETRY: &str = "securechat.io/retry-migration";
/// Annotation of a resource: any word that was not there before has the services' passwords at the database and the broker
/// replaced.
pub const ROTATE: &str = "securechat.io/rotate-credentials";
/// Label of a pod: which set of credentials it uses, or, at a store, accepts. Pods of a platform whose credentials were never
/// replaced have none.
pub const CREDENTIALS: &str = "securechat.io/credentials";
/// Annotation of a pod template: hash of the configuration that is read at start.
pub const CONFIG_HASH: &str = "securechat.io/config-hash";
/// Annotation of a pod template: which contents its secrets have.
pub const SECRETS: &str = "securechat.io/secrets-hash";

/// The NetworkPolicy that allows nothing.
pub(crate) const DEFAULT_DENY: &str = "default-deny";

/// Annotation of a pod: which of the watched files it was told of.
pub const SEEN: &str = "securechat.io/files-hash";

/// Where a container finds its configuration.
pub(crate) const CONFIG_DIR: &str = "/etc/securechat";
/// The file in it that processes of the `securechat` program read.
pub(crate) const CONFIG_FILE: &str = "config.json";
/// Where a container finds secrets.
pub(crate) const SECRETS_DIR: &str = "/run/secrets/securechat";
/// Where the gateway finds its certificate.
pub(crate) const CERTIFICATE_DIR: &str = "/run/secrets/certificate";
/// Where a program leaves the message of its failure: Kubernetes' own place for it.
pub(crate) const LAST_WORDS: &str = "/dev/termination-log";
/// The browser application in the server image.
pub(crate) const WEB_ROOT: &str = "/usr/share/securechat/web";
/// Where the `securechat` program is in the server image.
pub(crate) const PROGRAM: &str = "/usr/bin/securechat";

/// An object of a component: `<instance>-<component>`.
pub fn component(instance: &str, component: Component) -> String {
    format!("{instance}-{component}")
}

/// The Secret with rendered content for a store: `<instance>-<component>-<what>`.
pub(crate) fn derived_secret(instance: &str, component: Component) -> String {
    format!("{instance}-{component}-bootstrap")
}

/// A NetworkPolicy: `<instance>-<pods>`.
pub(crate) fn network_policy(instance: &str, pods: &str) -> String {
    format!("{instance}-{pods}")
}

/// The Secret that the issuer of the gateway's certificate fills.
pub(crate) fn issued_certificate(instance: &str) -> String {
    format!("{instance}-gateway-tls")
}

/// The Secret with the gateway's certificate.
pub(crate) fn certificate(instance: &str, certificate: &Certificate) -> String {
    match certificate {
        Certificate::Given(name) => name.clone(),
        Certificate::Issued => issued_certificate(instance),
    }
}

/// A Secret's object name.
pub fn secret(instance: &str, name: &SecretName) -> String {
    match name {
        SecretName::External(name) => name.clone(),
        generated => format!("{instance}-{generated}"),
    }
}

/// The account of provisioning and migration Jobs.
pub(crate) fn jobs_account(instance: &str) -> String {
    format!("{instance}-jobs")
}

/// A secret's path below [`SECRETS_DIR`].
pub(crate) fn secret_path(key: &SecretKey) -> String {
    match &key.secret {
        SecretName::External(name) => format!("external/{name}/{}", key.key),
        generated => format!("{generated}/{}", key.key),
    }
}

/// The labels by which everything of one instance is found.
pub fn instance_labels(instance: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (NAME.to_owned(), PRODUCT.to_owned()),
        (INSTANCE.to_owned(), instance.to_owned()),
        (MANAGED_BY.to_owned(), MANAGER.to_owned()),
    ])
}

/// The label that tells which credentials a pod knows of.
pub(crate) fn credentials(sets: Option<String>) -> Option<(String, String)> {
    sets.map(|sets| (CREDENTIALS.to_owned(), sets))
}

/// The labels of every pod of an instance. With the product's name: somebody else's release may be called the same.
pub(crate) fn all_pods(instance: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(NAME.to_owned(), PRODUCT.to_owned()), (INSTANCE.to_owned(), instance.to_owned())])
}

/// The labels of some of them.
pub(crate) fn pods(instance: &str, component: &str) -> BTreeMap<String, String> {
    let mut labels = all_pods(instance);
    labels.insert(COMPONENT.to_owned(), component.to_owned());
    labels
}

/// The labels that select a component's pods: they never change.
pub(crate) fn selector(instance: &str, component: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(INSTANCE.to_owned(), instance.to_owned()), (COMPONENT.to_owned(), component.to_owned())])
}
