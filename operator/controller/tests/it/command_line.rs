use crate::harness::{World, until};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

fn operator(args: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_securechat-operator"))
        .args(args)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.success(), text)
}

/// Proves: P-15.
#[test]
fn the_program_prints_the_crd_that_is_committed() {
    let (succeeded, text) = operator(&["crd"]);
    assert!(succeeded && text == std::fs::read_to_string("../../crds/securechat.yaml").unwrap());
}

/// Proves: P-15, B-06.
#[test]
fn a_resource_can_be_rendered_without_a_cluster_and_shows_no_secret() {
    let (succeeded, text) = operator(&["render", "-f", "deploy/cluster/minimal.yaml", "--namespace", "talk"]);
    assert!(succeeded, "{text}");
    let kinds = |kind: &str| text.matches(&format!("\nkind: {kind}\n")).count();
    assert_eq!((kinds("Deployment"), kinds("StatefulSet"), kinds("Job")), (8, 3, 7));
    assert!(text.contains("namespace: talk"));
    assert!(text.contains("definitions.json: (not shown)") && !text.contains("password_hash"));
}

/// Proves: P-15.
#[test]
fn a_plan_without_a_cluster_names_order_and_objects() {
    let (succeeded, text) = operator(&["plan", "--offline", "-f", "deploy/local.yaml"]);
    assert!(succeeded, "{text}");
    for words in
        ["SecureChat local in default: release 0.1.0", "makes schemas and users", "auth (1 replicas)", "8 Deployment,"]
    {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn a_resource_that_cannot_work_is_told_in_sentences_and_by_the_exit_code() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let resource = "apiVersion: securechat.io/v1alpha1\nkind: SecureChat\nmetadata: {name: Acme}\n\
                    spec: {version: 9.9.9, publicUrl: 'https://chat.example.org'}\n";
    std::fs::write(&file, resource).unwrap();
    let (succeeded, text) = operator(&["plan", "-f", file.path().to_str().unwrap()]);
    assert!(!succeeded && text.contains("does not know version 9.9.9") && text.contains("the name 'Acme'"), "{text}");
}

/// The program itself: its probes and metrics, and an orderly end.
///
/// Proves: P-09, W-55.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_answers_probes_and_gives_the_lease_back_when_it_is_told_to_stop() {
    let world = World::without_operator("program").await;
    let _played = world.play();
    let port = securechat_local_servers::free_port().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_securechat-operator"))
        .args(["run", "--namespace", "program", "--lease-namespace", "program", "--identity", "the-program"])
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .env("KUBECONFIG", world.server.kubeconfig())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("it is ready", || async {
        get(port, "/ready").filter(|text| text.starts_with("HTTP/1.1 200")).ok_or("not yet")
    })
    .await;
    assert!(get(port, "/live").unwrap().starts_with("HTTP/1.1 200"));
    world.apply("version: 0.1.0");
    world.until_ready().await;
    let metrics = get(port, "/metrics").unwrap();
    for name in [
        "securechat_operator_leader 1",
        "securechat_operator_writes_total",
        "securechat_operator_reconcile_duration_seconds_count",
    ] {
        assert!(metrics.contains(name), "{metrics}");
    }
    let told = Command::new("kill").args(["-TERM", &program.id().to_string()]).status().unwrap();
    assert!(told.success());
    let ended = tokio::task::spawn_blocking(move || program.wait().unwrap()).await.unwrap();
    assert!(ended.success(), "{ended}");
    let lease = world.kubectl(&["get", "lease", "securechat-operator", "-o", "jsonpath={.spec.holderIdentity}"]);
    assert_eq!(lease, "", "another replica need not wait");
}

fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: operator\r\nconnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}
