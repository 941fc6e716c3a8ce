//! What stands in front of the gateway. Nobody serves it here: the test answers for Gateways and cert-manager.

use crate::harness::{World, until};
use crate::twice;
use k8s_openapi::api::core::v1::{ConfigMap, Secret, Service};
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Api, Patch, PatchParams, PostParams};
use securechat_operator_render::foreign::{Certificate, HttpRoute};
use serde_json::{Value, json};

async fn told(world: &World, condition: &str, expected: &str) -> String {
    until(&format!("{condition} is {expected}"), || async {
        let found = world.condition(condition).await;
        found.starts_with(expected).then_some(found.clone()).ok_or(found)
    })
    .await
}

fn install(world: &World, definition: &str, name: &str) {
    world.kubectl_apply(definition);
    world.kubectl(&["wait", "--for=condition=Established", &format!("crd/{name}")]);
}

async fn answer(world: &World, status: Value) {
    let generation = world.get::<HttpRoute>("acme-gateway").await.unwrap().metadata.generation;
    let conditions = json!([
        {"type": "Accepted", "status": status, "reason": "Why", "message": "because", "observedGeneration": generation,
         "lastTransitionTime": "2026-01-01T00:00:00Z"},
        {"type": "ResolvedRefs", "status": "True", "reason": "ResolvedRefs", "message": "", "observedGeneration": generation,
         "lastTransitionTime": "2026-01-01T00:00:00Z"},
    ]);
    let parent =
        json!({"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "gateways", "name": "public"});
    let parents = json!([{"parentRef": parent, "controllerName": "example.org/controller", "conditions": conditions}]);
    let routes: Api<HttpRoute> = world.api();
    let patch = Patch::Merge(json!({"status": {"parents": parents}}));
    routes.patch_status("acme-gateway", &PatchParams::default(), &patch).await.unwrap();
}

/// What is rendered of a kind that only now exists, under a name of its own: the operator looks after its own objects.
async fn written_once(world: &World, namespace: &str, spec: &str, kind: &str) {
    for mut object in twice::rendered(namespace, spec).into_iter().filter(|object| object["kind"] == kind) {
        object["metadata"]["name"] = json!("nobodys");
        twice::is_written_once(world, &object).await;
    }
}

/// The only test that installs the Gateway API: before it does, the cluster knows no HTTPRoute.
///
/// Proves: P-15, W-55.
#[tokio::test(flavor = "multi_thread")]
async fn an_http_route_is_made_when_the_cluster_knows_them_and_its_gateway_is_asked() {
    let world = World::new("route").await;
    let _played = world.play();
    world.apply("gateway: {httpRoute: {parentRefs: [{name: public, namespace: gateways}]}}");
    let missing = told(&world, "GatewayReady", "False GatewayApiMissing").await;
    assert!(missing.contains("install the Gateway API"), "{missing}");
    told(&world, "Ready", "False GatewayApiMissing").await;
    // The rest of the platform goes on.
    until("the gateway's Service is there", || world.get::<Service>("acme-gateway")).await;

    install(&world, include_str!("harness/httproutes.yaml"), "httproutes.gateway.networking.k8s.io");
    told(&world, "GatewayReady", "False RoutePending: Gateway public has not answered for the HTTPRoute").await;
    let route = world.get::<HttpRoute>("acme-gateway").await.unwrap();
    assert_eq!(route.spec.hostnames, ["chat.example.org"]);

    answer(&world, json!("False")).await;
    let refused = told(&world, "GatewayReady", "False RouteRefused").await;
    assert!(refused.contains("Gateway public refuses the HTTPRoute: because (Why)"), "{refused}");
    answer(&world, json!("True")).await;
    told(&world, "GatewayReady", "True Running").await;
    world.until_ready().await;

    written_once(
        &world,
        "route",
        "gateway: {httpRoute: {parentRefs: [{name: public, namespace: gateways}]}}",
        "HTTPRoute",
    )
    .await;

    // It is watched like every other child.
    let edited = Patch::Merge(json!({"spec": {"hostnames": ["elsewhere.example.org"]}}));
    world.api::<HttpRoute>().patch("acme-gateway", &PatchParams::default(), &edited).await.unwrap();
    until("the route is ours again", || async {
        let hosts = world.get::<HttpRoute>("acme-gateway").await?.spec.hostnames;
        (hosts == ["chat.example.org"]).then_some(()).ok_or(format!("{hosts:?}"))
    })
    .await;
    told(&world, "GatewayReady", "False RoutePending").await;

    world.apply("gateway: {}");
    until("the route is gone", || async { world.get::<HttpRoute>("acme-gateway").await.err().ok_or("it is there") })
        .await;
    told(&world, "GatewayReady", "True Running").await;
}

/// The only test that installs cert-manager's definitions.
///
/// Proves: A-18, W-55.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_asked_for_when_the_cluster_has_cert_manager_and_awaited() {
    let world = World::new("issued").await;
    let _played = world.play();
    world.apply("gateway: {tls: {issuerRef: {name: ca}}}");
    let missing = told(&world, "GatewayReady", "False CertManagerMissing").await;
    assert!(missing.contains("give a Secret in place of issuerRef"), "{missing}");
    install(&world, include_str!("harness/certificates.yaml"), "certificates.cert-manager.io");
    told(&world, "GatewayReady", "False CertificatePending").await;
    let certificate = world.get::<Certificate>("acme-gateway").await.unwrap().spec;
    assert_eq!(
        (certificate.secret_name.as_str(), certificate.issuer_ref.kind.as_str()),
        ("acme-gateway-tls", "Issuer")
    );
    for (status, expected) in [
        ("False", "False CertificatePending: cert-manager has no certificate yet: no issuer (DoesNotExist)"),
        ("True", "True Running"),
    ] {
        let condition = json!({"type": "Ready", "status": status, "reason": "DoesNotExist", "message": "no issuer"});
        let patch = Patch::Merge(json!({"status": {"conditions": [condition]}}));
        world.api::<Certificate>().patch_status("acme-gateway", &PatchParams::default(), &patch).await.unwrap();
        told(&world, "GatewayReady", expected).await;
    }
    world.until_ready().await;
    written_once(&world, "issued", "gateway: {tls: {issuerRef: {name: ca}}}", "Certificate").await;
}

/// Proves: P-15, W-55.
#[tokio::test(flavor = "multi_thread")]
async fn an_ingress_stands_in_front_and_its_certificate_is_looked_for() {
    let world = World::new("ingress").await;
    let _played = world.play();
    world.apply("gateway: {ingress: {className: nginx, annotations: {a/b: c}, tls: {secretName: chat-tls}}}");
    let missing = told(&world, "Degraded", "True SecretMissing").await;
    assert!(missing.contains("Secret chat-tls does not exist"), "{missing}");
    let ingress = until("the Ingress is there", || world.get::<Ingress>("acme-gateway")).await;
    assert_eq!(ingress.metadata.annotations.unwrap()["a/b"], "c");
    assert_eq!(ingress.spec.unwrap().ingress_class_name.as_deref(), Some("nginx"));
    let half = json!({"metadata": {"name": "chat-tls"}, "stringData": {"tls.crt": "x"}});
    let secret: Secret = serde_json::from_value(half).unwrap();
    world.api::<Secret>().create(&PostParams::default(), &secret).await.unwrap();
    until("the lacking key is named", || async {
        let found = world.condition("Degraded").await;
        found.contains("Secret chat-tls lacks the key 'tls.key'").then_some(()).ok_or(found)
    })
    .await;
    let whole = Patch::Merge(json!({"stringData": {"tls.key": "y"}}));
    world.api::<Secret>().patch("chat-tls", &PatchParams::default(), &whole).await.unwrap();
    world.until_ready().await;
    let listener = world.get::<ConfigMap>("acme-gateway").await.unwrap().data.unwrap()["lds.json"].clone();
    assert!(listener.contains("\"xff_num_trusted_hops\": 1"), "the Ingress is trusted");
    world.apply("");
    until("the Ingress is gone", || async { world.get::<Ingress>("acme-gateway").await.err().ok_or("it is there") })
        .await;
}
