//! What every renderer needs: whose objects they are, and helpers for metadata.

use crate::names;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::Resource;
use securechat_operator_api::SecureChat;
use securechat_operator_plan::{Component, Revision, Topology, hash};

/// The resource that owns the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its namespace: all objects are in it.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
}

/// What every renderer needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) owner: &'a Owner,
    pub(crate) topology: &'a Topology,
    /// How things were rendered when the release was made. There is one way so far; a second one branches on this.
    #[expect(dead_code, reason = "every renderer gets it, so that a second revision needs no new parameter")]
    pub(crate) revision: Revision,
}

impl Context<'_> {
    pub(crate) fn instance(&self) -> &str {
        &self.topology.instance
    }

    /// Metadata of a component's object of the usual name.
    pub(crate) fn meta(&self, component: Component) -> ObjectMeta {
        self.named(names::component(self.instance(), component), component.as_str())
    }

    /// Metadata of an object that is deleted together with the resource.
    pub(crate) fn named(&self, name: String, component: &str) -> ObjectMeta {
        ObjectMeta { owner_references: Some(vec![self.owner_reference()]), ..self.ownerless(name, component) }
    }

    /// Metadata of an object that outlives the resource.
    pub(crate) fn ownerless(&self, name: String, component: &str) -> ObjectMeta {
        let mut labels = names::instance_labels(self.instance());
        labels.insert(names::COMPONENT.to_owned(), component.to_owned());
        ObjectMeta {
            name: Some(name),
            namespace: Some(self.owner.namespace.clone()),
            labels: Some(labels),
            ..ObjectMeta::default()
        }
    }

    fn owner_reference(&self) -> OwnerReference {
        OwnerReference {
            api_version: SecureChat::api_version(&()).into_owned(),
            kind: SecureChat::kind(&()).into_owned(),
            name: self.owner.name.clone(),
            uid: self.owner.uid.clone(),
            controller: Some(true),
            block_owner_deletion: Some(true),
        }
    }
}

/// Sixteen hexadecimal digits that tell texts apart.
pub(crate) fn short_hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    hash::short(parts.into_iter().map(str::as_bytes), 8)
}
