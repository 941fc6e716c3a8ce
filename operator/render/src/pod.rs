//! What all pods have in common: they run under the PodSecurity level `restricted`, with a read-only root and no
//! token of the API server.

use k8s_openapi::api::core::v1::{
    Capabilities, ConfigMapVolumeSource, Container, ContainerPort, EmptyDirVolumeSource, ExecAction, HTTPGetAction,
    KeyToPath, LocalObjectReference, PodSecurityContext, PodSpec, PodTemplateSpec, Probe, ProjectedVolumeSource,
    ResourceRequirements, SeccompProfile, SecretProjection, SecretVolumeSource, SecurityContext, TCPSocketAction,
    TopologySpreadConstraint, Volume, VolumeMount, VolumeProjection,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use securechat_operator_api::spec::{Amounts, PullPolicy, Resources};
use securechat_operator_plan::{Port, Pull, SecretKey, SecretUse};
use std::collections::BTreeMap;

use crate::names;

/// The user and group of every process. Volumes belong to the group.
const USER: i64 = 10_001;
/// Readable for owner and group.
const SECRET_MODE: i32 = 0o440;

/// A pod template that conforms to `restricted`.
pub(crate) fn template(
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    pull: &Pull,
    spec: PodSpec,
) -> PodTemplateSpec {
    let pull_secrets: Vec<_> = pull.secrets.iter().map(|name| LocalObjectReference { name: name.clone() }).collect();
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(labels),
            annotations: (!annotations.is_empty()).then_some(annotations),
            ..ObjectMeta::default()
        }),
        spec: Some(PodSpec {
            automount_service_account_token: Some(false),
            enable_service_links: Some(false),
            image_pull_secrets: (!pull_secrets.is_empty()).then_some(pull_secrets),
            security_context: Some(PodSecurityContext {
                run_as_non_root: Some(true),
                run_as_user: Some(USER),
                run_as_group: Some(USER),
                fs_group: Some(USER),
                seccomp_profile: Some(SeccompProfile {
                    type_: "RuntimeDefault".to_owned(),
                    ..SeccompProfile::default()
                }),
                ..PodSecurityContext::default()
            }),
            ..spec
        }),
    }
}

/// A container that conforms to `restricted`.
pub(crate) fn container(name: &str, image: &str, pull: &Pull) -> Container {
    let policy = match pull.policy {
        PullPolicy::IfNotPresent => "IfNotPresent",
        PullPolicy::Always => "Always",
        PullPolicy::Never => "Never",
    };
    Container {
        name: name.to_owned(),
        image: Some(image.to_owned()),
        image_pull_policy: Some(policy.to_owned()),
        security_context: Some(confined()),
        ..Container::default()
    }
}

/// What no container may do.
pub(crate) fn confined() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        read_only_root_filesystem: Some(true),
        capabilities: Some(Capabilities { drop: Some(vec!["ALL".to_owned()]), add: None }),
        ..SecurityContext::default()
    }
}

/// Pods of one component in different zones and on different nodes, as far as there are some: a full cluster still gets
/// its pods. Only those of the same template are counted, or the ones on their way out would push the new ones aside.
pub(crate) fn spread(selector: &BTreeMap<String, String>) -> Vec<TopologySpreadConstraint> {
    let over = |key: &str| TopologySpreadConstraint {
        max_skew: 1,
        topology_key: key.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        label_selector: Some(LabelSelector { match_labels: Some(selector.clone()), match_expressions: None }),
        match_label_keys: Some(vec!["pod-template-hash".to_owned()]),
        ..TopologySpreadConstraint::default()
    };
    ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(over).into()
}

/// The given amounts over the release's own.
pub(crate) fn resources(given: &Resources, cpu: &str, memory: &str, memory_limit: &str) -> ResourceRequirements {
    let amounts = |given: &Amounts, cpu: Option<&str>, memory: &str| {
        let mut map = BTreeMap::from([("memory".to_owned(), given.memory.as_deref().unwrap_or(memory))]);
        if let Some(cpu) = given.cpu.as_deref().or(cpu) {
            map.insert("cpu".to_owned(), cpu);
        }
        map.into_iter().map(|(name, amount)| (name, Quantity(amount.to_owned()))).collect()
    };
    ResourceRequirements {
        requests: Some(amounts(&given.requests, Some(cpu), memory)),
        limits: Some(amounts(&given.limits, None, memory_limit)),
        claims: None,
    }
}

pub(crate) fn port(port: Port, number: u16) -> ContainerPort {
    ContainerPort {
        name: Some(port.as_str().to_owned()),
        container_port: i32::from(number),
        ..ContainerPort::default()
    }
}

pub(crate) fn http_probe(path: &str, port: Port) -> Probe {
    let get = HTTPGetAction {
        path: Some(path.to_owned()),
        port: IntOrString::String(port.as_str().to_owned()),
        ..HTTPGetAction::default()
    };
    Probe { http_get: Some(get), ..Probe::default() }
}

pub(crate) fn tcp_probe(port: Port) -> Probe {
    let socket = TCPSocketAction { port: IntOrString::String(port.as_str().to_owned()), host: None };
    Probe { tcp_socket: Some(socket), ..Probe::default() }
}

pub(crate) fn exec_probe(command: &[&str]) -> Probe {
    let command = command.iter().map(|part| (*part).to_owned()).collect();
    Probe { exec: Some(ExecAction { command: Some(command) }), ..Probe::default() }
}

/// Asked every `period` seconds; fails after `failures` in a row.
pub(crate) fn every(probe: Probe, period: i32, failures: i32) -> Probe {
    Probe { period_seconds: Some(period), failure_threshold: Some(failures), timeout_seconds: Some(3), ..probe }
}

pub(crate) fn mount(volume: &str, path: &str) -> VolumeMount {
    let read_only = matches!(volume, "config" | "secrets" | "certificate").then_some(true);
    VolumeMount { name: volume.to_owned(), mount_path: path.to_owned(), read_only, ..VolumeMount::default() }
}

pub(crate) fn config_volume(config_map: &str) -> Volume {
    let source = ConfigMapVolumeSource { name: config_map.to_owned(), ..ConfigMapVolumeSource::default() };
    Volume { name: "config".to_owned(), config_map: Some(source), ..Volume::default() }
}

pub(crate) fn empty_dir(name: &str, memory: bool) -> Volume {
    let source = EmptyDirVolumeSource { medium: memory.then(|| "Memory".to_owned()), size_limit: None };
    Volume { name: name.to_owned(), empty_dir: Some(source), ..Volume::default() }
}

/// Every key of one Secret.
pub(crate) fn secret_volume(secret: &str) -> Volume {
    let source = SecretVolumeSource {
        secret_name: Some(secret.to_owned()),
        default_mode: Some(SECRET_MODE),
        ..SecretVolumeSource::default()
    };
    Volume { name: "secrets".to_owned(), secret: Some(source), ..Volume::default() }
}

/// A certificate and its key. The whole folder is mounted, so that a renewed one arrives.
pub(crate) fn certificate_volume(secret: &str) -> Volume {
    let item = |key: &str| KeyToPath { key: key.to_owned(), path: key.to_owned(), mode: None };
    let source = SecretVolumeSource {
        secret_name: Some(secret.to_owned()),
        default_mode: Some(SECRET_MODE),
        items: Some(vec![item("tls.crt"), item("tls.key")]),
        optional: None,
    };
    Volume { name: "certificate".to_owned(), secret: Some(source), ..Volume::default() }
}

/// The keys that are read, and no other, of several Secrets.
pub(crate) fn secrets_volume(instance: &str, secrets: &SecretUse) -> Option<Volume> {
    let sources: Vec<_> = secrets
        .0
        .iter()
        .map(|(secret, keys)| VolumeProjection {
            secret: Some(SecretProjection {
                name: names::secret(instance, secret),
                items: Some(
                    keys.iter()
                        .map(|key| KeyToPath {
                            key: key.clone(),
                            path: names::secret_path(&SecretKey::new(secret.clone(), key.clone())),
                            mode: None,
                        })
                        .collect(),
                ),
                optional: None,
            }),
            ..VolumeProjection::default()
        })
        .collect();
    let projected = ProjectedVolumeSource { default_mode: Some(SECRET_MODE), sources: Some(sources) };
    (!secrets.0.is_empty()).then(|| Volume {
        name: "secrets".to_owned(),
        projected: Some(projected),
        ..Volume::default()
    })
}
