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
fn a_plan_names_order_and_objects() {
    let (succeeded, text) = operator(&["plan", "-f", "deploy/local.yaml"]);
    assert!(succeeded, "{text}");
    for words in
        ["SecureChat local in default: release 0.1.0", "makes schemas and users", "auth (1 replicas)", "8 Deployments"]
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
