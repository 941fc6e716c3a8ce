//! What stands in front of the gateway, and where TLS ends.

use crate::case::{migrated, objects, plan, plan_of, rendered, resource};
use securechat_operator_plan::Fingerprints;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn of_kind(all: &[Value], kind: &str) -> Value {
    let found = all.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == "acme-gateway");
    found.cloned().unwrap_or_default()
}

fn all(case: &str) -> Vec<Value> {
    let topology = plan(case);
    objects(&rendered(&topology, &migrated(&topology)))
}

/// Proves: A-18, P-15.
#[test]
fn with_tls_the_gateway_serves_both_ports_and_mounts_the_whole_certificate() {
    let all = all("tls");
    let ports = of_kind(&all, "Service")["spec"]["ports"].clone();
    let ports: Vec<_> =
        ports.as_array().unwrap().iter().map(|p| (p["port"].clone(), p["targetPort"].clone())).collect();
    assert_eq!(ports, [(json!(80), json!("public")), (json!(443), json!("tls"))]);
    let pod = of_kind(&all, "Deployment")["spec"]["template"]["spec"].clone();
    let named: Vec<_> = pod["containers"][0]["ports"].as_array().unwrap().iter().map(|p| &p["name"]).collect();
    assert!(named.contains(&&json!("tls")) && named.contains(&&json!("public")), "{named:?}");
    let mount = pod["containers"][0]["volumeMounts"].as_array().unwrap().iter().find(|m| m["name"] == "certificate");
    assert!(mount.unwrap()["subPath"].is_null(), "a file of its own would never be renewed");
    let certificate = of_kind(&all, "Certificate");
    let secret = &certificate["spec"]["secretName"];
    assert!(pod["volumes"].as_array().unwrap().iter().any(|volume| &volume["secret"]["secretName"] == secret));
    assert_eq!(certificate["spec"]["dnsNames"], json!(["chat.example.org"]));
    let files = securechat_operator_render::edge(&plan("tls")).unwrap();
    assert!(files.0["sds.json"].contains("/run/secrets/certificate/tls.crt"));
    assert!(
        files.0["lds.json"].contains("8443") && files.0["lds.json"].contains("\"host_redirect\": \"chat.example.org\"")
    );
}

/// A Secret of one's own in place of an issuer.
///
/// Proves: A-18.
#[test]
fn a_given_certificate_is_mounted_and_nobody_is_asked_for_one() {
    let mut resource = resource("tls");
    let tls = resource.spec.gateway.tls.as_mut().unwrap();
    (tls.issuer_ref, tls.secret_name) = (None, Some("own".to_owned()));
    let topology = plan_of(&resource, &Fingerprints::default());
    let all = objects(&rendered(&topology, &migrated(&topology)));
    assert!(of_kind(&all, "Certificate").is_null());
    assert!(of_kind(&all, "Deployment").to_string().contains("\"secretName\":\"own\""));
    let keys: Vec<_> = topology.gateway.secrets.0.values().flatten().collect();
    assert_eq!(keys, ["tls.crt", "tls.key"], "told when they are missing");
}

/// Proves: P-15.
#[test]
fn what_stands_in_front_sends_every_path_to_the_gateway_and_is_trusted_once() {
    for (case, kind) in [("ingress", "Ingress"), ("route", "HTTPRoute")] {
        let all = all(case);
        let front = of_kind(&all, kind);
        assert!(front.to_string().contains("chat.example.org"), "{front}");
        let ports = of_kind(&all, "Service")["spec"]["ports"].clone();
        assert_eq!(ports.as_array().unwrap().len(), 1, "TLS ends in front");
        assert_eq!(plan(case).gateway.trusted_hops, 1, "it adds the client to X-Forwarded-For");
        assert!(of_kind(&all, "Certificate").is_null());
    }
    let route = of_kind(&all("route"), "HTTPRoute");
    assert_eq!(route["apiVersion"], "gateway.networking.k8s.io/v1");
    assert_eq!(route["spec"]["rules"], json!([{"backendRefs": [{"name": "acme-gateway", "port": 80}]}]));
    assert_eq!(route["spec"]["parentRefs"][1], json!({"name": "inner", "port": 8443}));
    let ingress = of_kind(&all("ingress"), "Ingress")["spec"].clone();
    assert_eq!(ingress["tls"], json!([{"hosts": ["chat.example.org"], "secretName": "chat-tls"}]));
    assert_eq!(ingress["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"]["number"], 80);
}

/// An address is no host name to routes and Ingresses, and another kind of name to a certificate.
#[test]
fn a_public_url_with_an_address_names_no_host() {
    for (case, kind, field) in [("ingress", "Ingress", "rules"), ("route", "HTTPRoute", "hostnames")] {
        let mut resource = resource(case);
        resource.spec.public_url = "https://192.0.2.7".to_owned();
        let topology = plan_of(&resource, &Fingerprints::default());
        let front = of_kind(&objects(&rendered(&topology, &migrated(&topology))), kind);
        assert!(!front["spec"][field].to_string().contains("192.0.2.7"), "{front}");
    }
    let mut resource = resource("tls");
    resource.spec.public_url = "https://192.0.2.7".to_owned();
    let topology = plan_of(&resource, &Fingerprints::default());
    let certificate = of_kind(&objects(&rendered(&topology, &migrated(&topology))), "Certificate");
    assert_eq!(certificate["spec"]["ipAddresses"], json!(["192.0.2.7"]));
}

/// Turning TLS on or off changes the gateway and its certificate, and nothing else.
#[test]
fn what_stands_in_front_concerns_the_gateway_alone() {
    let mut resource = resource("minimal");
    resource.spec.public_url = "https://chat.example.org".to_owned();
    let base: BTreeSet<_> = everything_but_the_gateway(&plan_of(&resource, &Fingerprints::default()));
    for case in ["tls", "ingress", "route"] {
        assert_eq!(everything_but_the_gateway(&plan(case)), base, "{case}");
    }
}

fn everything_but_the_gateway(topology: &securechat_operator_plan::Topology) -> BTreeSet<String> {
    let all = objects(&rendered(topology, &migrated(topology)));
    let others = all.iter().filter(|o| o["metadata"]["labels"]["app.kubernetes.io/component"] != "gateway");
    others.map(ToString::to_string).collect()
}
