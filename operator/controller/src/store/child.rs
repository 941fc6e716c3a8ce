use super::compact::{Digest, Uid, Version};
use super::fields::Fields;
use crate::kinds::Kind;
use crate::watch::Meta;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta};
use securechat_operator_plan::{FrontState, JobState, PartState};
use securechat_operator_render::names;
use serde::Deserialize as _;

/// Annotation of every child: hash of the object as it was rendered.
pub const DESIRED_HASH: &str = "securechat.io/desired-hash";

/// The kind of the resource that a child belongs to, in its owner references.
pub const OWNER: &str = "SecureChat";

/// A child within its instance.
pub type ChildKey = (Kind, Box<str>);

/// What is kept of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Its uid.
    pub uid: Uid,
    /// Its version.
    pub version: Version,
    /// Of the uid of the resource that owns it.
    pub owner: Option<Digest>,
    /// Of the hash it was applied with.
    pub desired: Option<Digest>,
    /// Of the list of fields that are ours. A foreign change of one of our values takes it out of that list.
    pub ours: Digest,
    /// `ours` right after our last write; unknown after a restart, until the status vouches for it.
    pub written: Option<Digest>,
    /// Whether the number of its pods is ours.
    pub owns_replicas: bool,
    /// How far it is.
    pub progress: Progress,
}

/// How far a child is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It has no such thing.
    None,
    /// A Deployment or StatefulSet.
    Part(Box<PartState>),
    /// A Job.
    Job(Box<JobState>),
    /// What somebody else serves.
    Front(Box<FrontState>),
}

impl Child {
    /// As a watch sees it.
    pub fn seen(meta: &Meta, progress: Progress) -> Self {
        Self {
            uid: meta.uid.as_str().into(),
            version: meta.resource_version.as_str().into(),
            owner: meta.owner().map(|owner| Digest::of(&owner.uid)),
            desired: meta.annotations.get(DESIRED_HASH).map(Digest::of),
            ours: meta.ours.fields,
            written: None,
            owns_replicas: meta.ours.replicas,
            progress,
        }
    }

    /// As the API server answers to our own write.
    pub fn written(meta: &ObjectMeta) -> Self {
        let mut owners = meta.owner_references.iter().flatten();
        let ours = ours(meta);
        Self {
            uid: meta.uid.as_deref().unwrap_or_default().into(),
            version: meta.resource_version.as_deref().unwrap_or_default().into(),
            owner: owners.find(|owner| owner.kind == OWNER).map(|owner| Digest::of(&owner.uid)),
            desired: meta.annotations.as_ref().and_then(|a| a.get(DESIRED_HASH)).map(Digest::of),
            ours: ours.fields,
            written: Some(ours.fields),
            owns_replicas: ours.replicas,
            progress: Progress::None,
        }
    }

    /// Whether it was applied for this resource, or for none.
    pub(super) fn is_applied_for(&self, resource: Digest) -> bool {
        self.desired.is_some() && self.owner.is_none_or(|owner| owner == resource)
    }

    /// Whether nothing that decisions depend on differs.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let known = |child: &Self| (child.owner, child.desired, child.ours);
        self.uid == other.uid && known(self) == known(other) && self.progress == other.progress
    }
}

/// What of an object is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ours {
    /// Of the list of our fields.
    pub fields: Digest,
    /// Whether the number of pods is one of them.
    pub replicas: bool,
}

impl Default for Ours {
    fn default() -> Self {
        Self::of(std::iter::empty())
    }
}

impl Ours {
    /// From the entries of the managed fields, each given as manager, subresource and fields.
    pub fn of<'a>(entries: impl Iterator<Item = (Option<&'a str>, Option<&'a str>, Fields)>) -> Self {
        let ours = entries.filter(|(manager, sub, _)| *manager == Some(names::MANAGER) && sub.is_none());
        let all = ours.fold(Fields::default(), |all, (_, _, fields)| all.and(fields));
        Self { fields: Digest::of(&all.sum()), replicas: all.replicas }
    }
}

fn ours(meta: &ObjectMeta) -> Ours {
    let fields = |entry: &ManagedFieldsEntry| entry.fields_v1.as_ref().and_then(|f| Fields::deserialize(&f.0).ok());
    let entries = meta.managed_fields.iter().flatten();
    Ours::of(entries.map(|e| (e.manager.as_deref(), e.subresource.as_deref(), fields(e).unwrap_or_default())))
}
