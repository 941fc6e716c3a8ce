//! What the three stores have in common: a StatefulSet of one pod.

use crate::{
    context::{Context, short_hash},
    names, pod, secret,
};
use k8s_openapi::api::apps::v1::{
    StatefulSet, StatefulSetPersistentVolumeClaimRetentionPolicy, StatefulSetSpec, StatefulSetUpdateStrategy,
};
use k8s_openapi::api::core::v1::{
    ConfigMap, PersistentVolumeClaim, PersistentVolumeClaimSpec, PodSpec, Secret, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use securechat_operator_api::spec::{DeletionPolicy, Storage};
use securechat_operator_plan::Component;
use std::collections::BTreeMap;

/// The name of the volume that outlives pods.
pub(crate) const DATA_VOLUME: &str = "data";

/// A store's volume, and what becomes of it when the resource is deleted.
pub(crate) struct Claim<'a> {
    pub(crate) storage: &'a Storage,
    pub(crate) policy: DeletionPolicy,
}

/// A StatefulSet of one pod that is replaced when its configuration or its secrets change.
pub(crate) fn stateful_set(
    context: Context<'_>,
    component: Component,
    claim: Option<&Claim<'_>>,
    config: &ConfigMap,
    bootstrap: &Secret,
    spec: PodSpec,
) -> StatefulSet {
    let instance = context.instance();
    let name = names::component(instance, component);
    let selector = names::selector(instance, component.as_str());
    let mut labels = names::instance_labels(instance);
    labels.extend(selector.clone());
    if component == Component::Broker {
        labels.extend(names::credentials(context.topology.credentials.rotation.label()));
    }
    let annotations = BTreeMap::from([
        (names::CONFIG_HASH.to_owned(), config_hash(config)),
        (names::SECRETS.to_owned(), secret::fingerprint(bootstrap.data.as_ref())),
    ]);
    let spec = PodSpec { service_account_name: Some(name.clone()), ..spec };
    StatefulSet {
        metadata: context.meta(component),
        spec: Some(StatefulSetSpec {
            replicas: Some(1),
            service_name: Some(name),
            selector: LabelSelector { match_labels: Some(selector), match_expressions: None },
            update_strategy: Some(StatefulSetUpdateStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: None,
            }),
            template: pod::template(labels, annotations, &context.topology.pull, spec),
            volume_claim_templates: claim.map(|claim| vec![claim_template(context, component, claim)]),
            persistent_volume_claim_retention_policy: claim.map(retention),
            ..StatefulSetSpec::default()
        }),
        status: None,
    }
}

fn claim_template(context: Context<'_>, component: Component, claim: &Claim<'_>) -> PersistentVolumeClaim {
    let mut labels = names::instance_labels(context.instance());
    labels.extend(names::selector(context.instance(), component.as_str()));
    let size = BTreeMap::from([("storage".to_owned(), Quantity(claim.storage.size.clone()))]);
    PersistentVolumeClaim {
        metadata: ObjectMeta { name: Some(DATA_VOLUME.to_owned()), labels: Some(labels), ..ObjectMeta::default() },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            storage_class_name: claim.storage.storage_class.clone(),
            resources: Some(VolumeResourceRequirements { requests: Some(size), limits: None }),
            ..PersistentVolumeClaimSpec::default()
        }),
        status: None,
    }
}

fn retention(claim: &Claim<'_>) -> StatefulSetPersistentVolumeClaimRetentionPolicy {
    let when_deleted = match claim.policy {
        DeletionPolicy::Retain => "Retain",
        DeletionPolicy::Delete => "Delete",
    };
    StatefulSetPersistentVolumeClaimRetentionPolicy {
        when_deleted: Some(when_deleted.to_owned()),
        when_scaled: Some("Retain".to_owned()),
    }
}

fn config_hash(config: &ConfigMap) -> String {
    short_hash(config.data.iter().flatten().flat_map(|(key, value)| [key.as_str(), value.as_str()]))
}
