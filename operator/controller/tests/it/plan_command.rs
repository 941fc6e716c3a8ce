//! `securechat-operator plan` against a live cluster.

use crate::harness::{World, until};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Patch, PatchParams};
use securechat_operator_controller::kinds::Kind;
use securechat_operator_plan::Releases;
use serde_json::json;
use std::process::Command;

const SAME: &str = "version: 0.1.0, publicUrl: 'https://chat.example.org'";

/// The exit code, and all that was said.
async fn plan(world: &World, spec: &str) -> (i32, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let resource =
        format!("apiVersion: securechat.io/v1alpha1\nkind: SecureChat\nmetadata: {{name: acme}}\nspec: {{{spec}}}\n");
    std::fs::write(&file, resource).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_securechat-operator"));
    command.env("KUBECONFIG", world.server.kubeconfig()).args(["plan", "-n", &world.namespace, "-f"]).arg(file.path());
    let output = tokio::task::spawn_blocking(move || (command.output().unwrap(), file).0).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), text)
}

async fn versions(world: &World) -> Vec<String> {
    let mut all = vec![world.acme().await.metadata.resource_version.unwrap()];
    for kind in Kind::ALL {
        // The cluster does not know all of them.
        let list = world.dynamic(&kind.resource()).list_metadata(&kube::api::ListParams::default()).await;
        let items = list.map(|list| list.items).unwrap_or_default();
        all.extend(
            items.into_iter().map(|o| format!("{kind} {:?} {:?}", o.metadata.name, o.metadata.resource_version)),
        );
    }
    all
}

/// Proves: P-15, B-06.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_tells_what_would_change_and_no_secret_and_touches_nothing() {
    let world = World::without_operator("foreseen").await;
    let _played = world.play();
    // A first installation, of which nothing exists.
    let (code, text) = plan(&world, SAME).await;
    assert_eq!(code, 2, "{text}");
    for words in ["+ Deployment acme-auth", "V1__accounts.sql (expand, checksum -1597215185)", "+kind: StatefulSet"] {
        assert!(text.contains(words), "{text}");
    }
    assert!(world.objects().await.is_empty());

    let client = world.server.operator().await;
    let (stop, operator) = world.spawn_operator_as(client, "one", "operator", Releases::built_in().unwrap());
    world.kubectl_apply(&format!(
        "apiVersion: securechat.io/v1alpha1\nkind: SecureChat\nmetadata: {{name: acme}}\nspec: {{{SAME}}}\n"
    ));
    world.until_serving("0.1.0").await;
    stop.cancel();
    operator.await.unwrap().unwrap();
    let before = versions(&world).await;
    let (code, text) = plan(&world, SAME).await;
    assert_eq!((code, text.contains("no object differs")), (0, true), "{text}");

    // The diffs show configuration and pods, and of the broker's users nothing but that they differ.
    let canary = json!({"stringData": {"broker-password": "canary-in-a-secret"}});
    world.api::<Secret>().patch("acme-users", &PatchParams::default(), &Patch::Merge(canary)).await.unwrap();
    let planted = versions(&world).await;
    let (code, text) = plan(&world, &format!("{SAME}, logLevel: debug")).await;
    assert_eq!(code, 2, "{text}");
    for words in [
        "~ ConfigMap acme-users",
        "~ Secret acme-broker-bootstrap",
        "acme-auth (its pods are replaced)",
        "\"log\": \"debug\"",
        "(hidden, before)",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "{text}");
    assert_ne!(before, planted);
    assert_eq!(versions(&world).await, planted, "nothing was touched");
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn what_stands_against_a_plan_is_told_by_the_exit_code() {
    let world = World::without_operator("against").await;
    let (code, text) = plan(&world, "version: 9.9.9, publicUrl: 'https://chat.example.org'").await;
    assert!(code == 1 && text.contains("does not know version 9.9.9"), "{code} {text}");
    let (code, text) = plan(&world, "version: 0.1.0, publicUrl: 'http://chat.example.org'").await;
    assert!(code == 1 && text.contains("publicUrl must begin with https://"), "{code} {text}");
    let taken = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "acme-auth"}, "spec": {"ports": [{"port": 80}]}});
    world.kubectl_apply(&taken.to_string());
    let (code, text) = plan(&world, SAME).await;
    assert!(code == 1 && text.contains("Service acme-auth exists and belongs to somebody else"), "{code} {text}");
    let usage = Command::new(env!("CARGO_BIN_EXE_securechat-operator")).args(["plan", "--colour"]).output().unwrap();
    assert_eq!(usage.status.code(), Some(1), "2 says that something would change");
}

/// The plan that the command prints is the one that the operator makes: it can be approved with the edit itself.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_can_be_approved_together_with_the_edit_that_makes_it() {
    let world = World::without_operator("together").await;
    let _played = world.play();
    let manual = format!("{SAME}, upgrade: {{approval: Manual}}");
    let (code, text) = plan(&world, &manual).await;
    let hash = text.split("approvedPlan: ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    assert_eq!((code, hash.len()), (2, 10), "{text}");
    let client = world.server.operator().await;
    let (stop, operator) = world.spawn_operator_as(client, "one", "operator", Releases::built_in().unwrap());
    world.kubectl_apply(&format!(
        "apiVersion: securechat.io/v1alpha1\nkind: SecureChat\nmetadata: {{name: acme}}\n\
         spec: {{{SAME}, upgrade: {{approval: Manual, approvedPlan: '{hash}'}}}}\n"
    ));
    until("it is installed without another word", || async {
        let status = world.acme().await.status.unwrap_or_default();
        (status.version.as_deref() == Some("0.1.0")).then_some(()).ok_or(status.plan)
    })
    .await;
    stop.cancel();
    operator.await.unwrap().unwrap();
}
