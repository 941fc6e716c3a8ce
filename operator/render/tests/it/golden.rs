use crate::case::{CASES, migrated, name, objects, plan, rendered};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Proves: P-15, W-57, H-26, B-06.
#[test]
fn every_object_is_rendered_as_committed() {
    for case in CASES {
        let topology = plan(case);
        let found: BTreeMap<String, String> = objects(&rendered(&topology, &migrated(&topology)))
            .iter()
            .map(|object| (format!("{}.yaml", name(object)), serde_saphyr::to_string(&readable(object)).unwrap()))
            .collect();
        compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(case), &found);
    }
}

/// Where the gateway alone differs, its objects alone are kept.
///
/// Proves: P-15, A-18.
#[test]
fn every_object_of_the_gateway_is_rendered_as_committed() {
    for case in ["tls", "ingress", "route"] {
        let topology = plan(case);
        let all = objects(&rendered(&topology, &migrated(&topology)));
        let of_gateway = all.iter().filter(|o| o["metadata"]["labels"]["app.kubernetes.io/component"] == "gateway");
        let found: BTreeMap<String, String> = of_gateway
            .map(|object| (format!("{}.yaml", name(object)), serde_saphyr::to_string(object).unwrap()))
            .collect();
        compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(case), &found);
    }
}

/// A Secret's data in clear: the values are the test's own.
fn readable(object: &Value) -> Value {
    let mut object = object.clone();
    if object["kind"] == "Secret" {
        for value in object["data"].as_object_mut().into_iter().flat_map(|data| data.values_mut()) {
            let bytes = STANDARD.decode(value.as_str().unwrap()).unwrap();
            *value = String::from_utf8(bytes).unwrap().into();
        }
    }
    object
}

fn compare(folder: &Path, found: &BTreeMap<String, String>) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).unwrap();
        for (file, text) in found {
            std::fs::write(folder.join(file), text).unwrap();
        }
    }
    let committed: BTreeMap<String, String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let names = |map: &BTreeMap<String, String>| map.keys().cloned().collect::<Vec<_>>();
    let remedy = "Run: UPDATE_GOLDEN=1 cargo test -p securechat-operator-render, and look at the difference";
    assert_eq!(names(found), names(&committed), "other objects in {}. {remedy}", folder.display());
    for (file, text) in found {
        assert!(text == &committed[file], "{} is rendered differently. {remedy}", folder.join(file).display());
    }
}
