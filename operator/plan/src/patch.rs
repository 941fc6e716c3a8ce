//! What a patch may not change. A patch is for tuning: it gives no pod more rights than it has, no other identity and no
//! Secret of somebody else, and leaves alone what the operator finds its own objects by.

use securechat_operator_api::spec::{ObjectPatch, PatchKind};
use serde_json::Value;

/// The largest patch, as JSON.
const BYTES_MAX: usize = 16 * 1024;
/// The deepest one.
const DEPTH_MAX: usize = 24;

/// Why a patch is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The path in the object.
    pub(crate) path: String,
    /// Why, after "it".
    pub(crate) why: &'static str,
}

/// Labels by which objects and pods are found.
const OWN_LABELS: &str = "is a label that the operator finds its objects by";
const IDENTITY: &str = "decides what the object is";
const RIGHTS: &str = "would give the pod other rights";
const HOST: &str = "would let the pod out into its node";
const SECRETS: &str = "would give the pod a Secret or token that is not its own";
const ELSEWHERE: &str = "would lead people to what is not the platform's";
const FIELD: &str = "has a field of its own in the resource";

/// Patterns of paths from a pod's spec; `*` stands for one step.
const OF_PODS: &[(&str, &str)] = &[
    ("hostNetwork", HOST),
    ("hostPID", HOST),
    ("hostIPC", HOST),
    ("hostUsers", HOST),
    ("shareProcessNamespace", HOST),
    ("nodeName", HOST),
    ("serviceAccountName", RIGHTS),
    ("serviceAccount", RIGHTS),
    ("automountServiceAccountToken", RIGHTS),
    ("securityContext", RIGHTS),
    ("ephemeralContainers", RIGHTS),
    ("imagePullSecrets", FIELD),
    ("restartPolicy", IDENTITY),
    ("volumes.*.hostPath", HOST),
    ("volumes.*.secret", SECRETS),
    ("volumes.*.projected", SECRETS),
    ("volumes.*.csi", SECRETS),
    ("containers.*.securityContext", RIGHTS),
    ("initContainers.*.securityContext", RIGHTS),
    ("containers.*.ports.*.hostPort", HOST),
    ("containers.*.ports.*.hostIP", HOST),
    ("containers.*.envFrom", SECRETS),
    ("initContainers.*.envFrom", SECRETS),
    ("containers.*.env.*.valueFrom.secretKeyRef", SECRETS),
    ("initContainers.*.env.*.valueFrom.secretKeyRef", SECRETS),
    ("containers.*.volumeDevices", HOST),
    ("initContainers.*.volumeDevices", HOST),
];

/// Patterns of paths from an object's root.
fn of_kind(kind: PatchKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        PatchKind::Deployment => &[("spec.selector", IDENTITY), ("spec.replicas", FIELD)],
        PatchKind::StatefulSet => &[
            ("spec.selector", IDENTITY),
            ("spec.replicas", IDENTITY),
            ("spec.serviceName", IDENTITY),
            ("spec.volumeClaimTemplates", FIELD),
            ("spec.persistentVolumeClaimRetentionPolicy", FIELD),
        ],
        PatchKind::Job => &[
            ("spec.selector", IDENTITY),
            ("spec.manualSelector", IDENTITY),
            ("spec.ttlSecondsAfterFinished", IDENTITY),
            ("spec.podFailurePolicy", IDENTITY),
            ("spec.parallelism", IDENTITY),
            ("spec.completions", IDENTITY),
            ("spec.suspend", IDENTITY),
        ],
        PatchKind::Service => &[
            ("spec.selector", IDENTITY),
            ("spec.ports", IDENTITY),
            ("spec.clusterIP", IDENTITY),
            ("spec.clusterIPs", IDENTITY),
            ("spec.type", FIELD),
            ("spec.externalName", ELSEWHERE),
            ("spec.externalIPs", ELSEWHERE),
        ],
        PatchKind::Ingress => &[("spec.rules", ELSEWHERE), ("spec.defaultBackend", ELSEWHERE), ("spec.tls", FIELD)],
        PatchKind::HTTPRoute => {
            &[("spec.parentRefs", FIELD), ("spec.rules.*.backendRefs", ELSEWHERE), ("spec.rules.*.filters", ELSEWHERE)]
        }
        PatchKind::NetworkPolicy => &[("spec.podSelector", IDENTITY), ("spec.policyTypes", IDENTITY)],
        PatchKind::PodDisruptionBudget => &[("spec.selector", IDENTITY)],
        PatchKind::HorizontalPodAutoscaler => &[("spec.scaleTargetRef", IDENTITY)],
    }
}

/// Judges a patch; the first thing that is refused is told.
pub(crate) fn judge(patch: &ObjectPatch) -> Result<(), Refused> {
    if patch.patch.to_string().len() > BYTES_MAX {
        return Err(Refused { path: ".".to_owned(), why: "is larger than 16 KiB" });
    }
    let mut path = Vec::new();
    walk(&patch.patch, &mut path, &|path| why_not(patch.target.kind, path))
}

/// Every path of the patch, parents before what is in them.
fn walk(
    value: &Value,
    path: &mut Vec<String>,
    judge: &impl Fn(&[String]) -> Option<&'static str>,
) -> Result<(), Refused> {
    let why = if path.len() > DEPTH_MAX { Some("is too deep") } else { judge(path) };
    if let Some(why) = why {
        return Err(Refused { path: path.join("."), why });
    }
    let steps: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (step, value) in steps {
        path.push(step);
        walk(value, path, judge)?;
        path.pop();
    }
    Ok(())
}

fn why_not(kind: PatchKind, path: &[String]) -> Option<&'static str> {
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    let pods = matches!(kind, PatchKind::Deployment | PatchKind::StatefulSet | PatchKind::Job);
    match steps.as_slice() {
        [] | ["metadata" | "spec"] => None,
        ["metadata", rest @ ..] => of_metadata(rest),
        ["spec", "template", "metadata", rest @ ..] if pods && !rest.is_empty() => of_metadata(rest),
        ["spec", "template", "spec", rest @ ..] if pods => matching(OF_PODS, rest),
        ["spec", ..] => matching(of_kind(kind), &steps),
        _ => Some(IDENTITY),
    }
}

fn of_metadata(path: &[&str]) -> Option<&'static str> {
    match path {
        ["annotations", key, ..] if key.starts_with("securechat.io/") => Some(OWN_LABELS),
        ["annotations", key, ..] if key.contains("snippet") => Some("would be code in the ingress controller"),
        ["labels", key, ..] if ["securechat.io/", "app.kubernetes.io/"].iter().any(|own| key.starts_with(own)) => {
            Some(OWN_LABELS)
        }
        ["annotations" | "labels", ..] => None,
        _ => Some(IDENTITY),
    }
}

fn matching(patterns: &[(&str, &'static str)], path: &[&str]) -> Option<&'static str> {
    let fits = |pattern: &str| {
        let steps: Vec<&str> = pattern.split('.').collect();
        steps.len() == path.len() && steps.iter().zip(path).all(|(step, found)| *step == "*" || step == found)
    };
    patterns.iter().find(|(pattern, _)| fits(pattern)).map(|(_, why)| *why)
}
