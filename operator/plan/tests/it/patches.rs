//! What a patch may not change, and what it may.

use super::{releases, resource};
use securechat_operator_plan::{Invalid, Request};

fn check(kind: &str, patch: &str) -> Result<(), String> {
    let spec = format!("patches: [{{target: {{kind: {kind}}}, patch: {patch}}}]");
    match Request::check(&resource(&spec), &releases()) {
        Ok(_) => Ok(()),
        Err(problems) => match problems.as_slice() {
            [problem @ Invalid::Patch(0, path, _)] => {
                assert!(problem.to_string().starts_with(&format!("spec.patches[0]: {path} ")), "{problem}");
                Err(path.clone())
            }
            other => panic!("{other:?}"),
        },
    }
}

/// A value at a path, as YAML.
fn at(path: &str) -> String {
    path.rsplit('.').fold("{x: y}".to_owned(), |inner, step| match step {
        "0" => format!("[{inner}]"),
        _ => format!("{{\"{}\": {inner}}}", step.replace('~', ".")),
    })
}

/// Proves: P-15.
#[test]
fn what_escalates_is_refused_and_its_path_is_named() {
    let pod = |path: &str| format!("spec.template.spec.{path}");
    let of_pods = [
        "hostNetwork",
        "hostPID",
        "hostIPC",
        "hostUsers",
        "shareProcessNamespace",
        "nodeName",
        "serviceAccountName",
        "serviceAccount",
        "automountServiceAccountToken",
        "securityContext",
        "ephemeralContainers",
        "imagePullSecrets",
        "restartPolicy",
        "volumes.0.hostPath",
        "volumes.0.secret",
        "volumes.0.projected",
        "volumes.0.csi",
        "containers.0.securityContext",
        "initContainers.0.securityContext",
        "containers.0.ports.0.hostPort",
        "containers.0.ports.0.hostIP",
        "containers.0.envFrom",
        "containers.0.env.0.valueFrom.secretKeyRef",
        "initContainers.0.envFrom",
        "initContainers.0.env.0.valueFrom.secretKeyRef",
        "containers.0.volumeDevices",
    ];
    for kind in ["Deployment", "StatefulSet", "Job"] {
        for path in of_pods {
            assert_eq!(check(kind, &at(&pod(path))), Err(pod(path)), "{kind}");
        }
        assert_eq!(check(kind, &at("spec.selector")), Err("spec.selector".to_owned()));
        let label = "spec.template.metadata.labels.app~kubernetes~io/component";
        assert_eq!(check(kind, &at(label)), Err(label.replace('~', ".")));
    }
    for (kind, paths) in [
        ("Deployment", &["spec.replicas"][..]),
        ("StatefulSet", &["spec.serviceName", "spec.volumeClaimTemplates", "spec.replicas"]),
        ("Job", &["spec.ttlSecondsAfterFinished", "spec.podFailurePolicy", "spec.suspend"]),
        ("Service", &["spec.selector", "spec.type", "spec.externalIPs", "spec.externalName", "spec.ports"]),
        ("Ingress", &["spec.rules", "spec.defaultBackend", "spec.tls"]),
        ("HTTPRoute", &["spec.parentRefs", "spec.rules.0.backendRefs", "spec.rules.0.filters"]),
        ("NetworkPolicy", &["spec.podSelector", "spec.policyTypes"]),
        ("PodDisruptionBudget", &["spec.selector"]),
        ("HorizontalPodAutoscaler", &["spec.scaleTargetRef"]),
    ] {
        let everywhere = [
            "apiVersion",
            "kind",
            "status",
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "metadata.ownerReferences",
            "metadata.finalizers",
            "metadata.labels.app~kubernetes~io/instance",
            "metadata.labels.securechat~io/service",
            "metadata.annotations.securechat~io/desired-hash",
            "metadata.annotations.nginx~ingress~kubernetes~io/configuration-snippet",
        ];
        for path in everywhere.iter().chain(paths) {
            assert_eq!(check(kind, &at(path)), Err(path.replace('~', ".")), "{kind}");
        }
    }
}

/// Proves: P-15.
#[test]
fn what_tunes_is_allowed() {
    for (kind, path) in [
        ("Deployment", "spec.template.spec.nodeSelector"),
        ("Deployment", "spec.template.spec.tolerations.0"),
        ("Deployment", "spec.template.spec.containers.0.env.0"),
        ("Deployment", "spec.template.spec.volumes.0.configMap"),
        ("Deployment", "spec.template.metadata.annotations.sidecar~istio~io/inject"),
        ("StatefulSet", "spec.template.spec.priorityClassName"),
        ("Job", "spec.template.spec.affinity"),
        ("Service", "metadata.annotations.cloud~example/load-balancer"),
        ("Service", "spec.loadBalancerSourceRanges"),
        ("HTTPRoute", "spec.rules.0.timeouts"),
        ("NetworkPolicy", "spec.egress.0"),
        ("HorizontalPodAutoscaler", "spec.behavior"),
        ("PodDisruptionBudget", "spec.maxUnavailable"),
        ("Ingress", "metadata.labels.team"),
    ] {
        assert_eq!(check(kind, &at(path)), Ok(()), "{kind} {path}");
    }
}

#[test]
fn a_patch_is_bounded() {
    let large = format!("{{metadata: {{annotations: {{a: {}}}}}}}", "b".repeat(17_000));
    assert_eq!(check("Service", &large), Err(".".to_owned()));
    let deep = at(&format!("spec.template.spec.affinity.{}", vec!["a"; 40].join(".")));
    assert!(check("Deployment", &deep).is_err());
}
