use super::compact::{Digest, Uid, Version};
use crate::kinds::Kind;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::DynamicObject;
use securechat_operator_api::status::{ConditionType, Reason};
use securechat_operator_api::{SecureChat, SecureChatSpec};
use serde::Deserialize;
use serde_json::Value;

/// kubectl's own copy of the resource; what it says stands in the resource itself.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A resource as it was read; one that cannot be decoded is told so and does not stop the others.
#[derive(Debug, Clone)]
pub enum Resource {
    /// Readable.
    Good(Box<SecureChat>),
    /// Not readable: metadata, and why.
    Unreadable(Box<ObjectMeta>, String),
}

/// A resource as it is kept: as text, which is a third as large, and what has to be at hand.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// Its version.
    pub(super) version: Version,
    /// What a look at it depends on.
    pub(super) asked: Asked,
    /// The foreign kinds that it cannot do without.
    pub(super) needs: Box<[Kind]>,
    /// What its status says.
    pub(super) told: Box<[Told]>,
    json: Box<[u8]>,
}

/// What a look at a resource depends on. The status is part of it: one that somebody else wrote has to be put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) uid: Uid,
    generation: Option<i64>,
    deleting: bool,
    annotations: Digest,
    status: Digest,
}

/// A condition of a resource's status, without its sentence and times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// What it speaks of.
    pub type_: ConditionType,
    /// Whether it holds.
    pub holds: bool,
    /// Why.
    pub reason: Reason,
}

impl Resource {
    /// From what the API server says.
    pub fn read(object: DynamicObject) -> Self {
        Kept::new(object).resource()
    }
}

impl Kept {
    pub(super) fn new(mut object: DynamicObject) -> Self {
        object.metadata.managed_fields = None;
        if let Some(annotations) = &mut object.metadata.annotations {
            annotations.remove(LAST_APPLIED);
        }
        let meta = &object.metadata;
        let spec = serde_json::from_value::<SecureChatSpec>(object.data["spec"].clone()).ok();
        let needs = spec.iter().flat_map(|spec| Kind::ALL.into_iter().filter(|kind| kind.is_needed_by(spec)));
        Self {
            needs: needs.collect(),
            told: told(&object.data["status"]["conditions"]),
            version: meta.resource_version.as_deref().unwrap_or_default().into(),
            asked: Asked {
                uid: meta.uid.as_deref().unwrap_or_default().into(),
                generation: meta.generation,
                deleting: meta.deletion_timestamp.is_some(),
                annotations: Digest::of(&format!("{:?}", meta.annotations)),
                status: Digest::of(&object.data["status"].to_string()),
            },
            json: serde_json::to_vec(&object).unwrap_or_default().into(),
        }
    }

    pub(super) fn resource(&self) -> Resource {
        match serde_json::from_slice::<SecureChat>(&self.json) {
            Ok(resource) => Resource::Good(Box::new(resource)),
            Err(error) => {
                let meta = serde_json::from_slice::<Metadata>(&self.json).unwrap_or_default().metadata;
                Resource::Unreadable(Box::new(meta), error.to_string())
            }
        }
    }
}

/// A word that another operator wrote and this one does not know is passed over: the next look puts it right.
fn told(conditions: &Value) -> Box<[Told]> {
    let one = |condition: &Value| {
        let type_ = ConditionType::ALL.into_iter().find(|known| condition["type"] == known.as_str())?;
        let reason = *Reason::ALL.iter().find(|known| condition["reason"] == known.as_str())?;
        Some(Told { type_, holds: condition["status"] == "True", reason })
    };
    conditions.as_array().into_iter().flatten().filter_map(one).collect()
}

#[derive(Default, Deserialize)]
struct Metadata {
    metadata: ObjectMeta,
}
