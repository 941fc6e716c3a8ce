use crate::examples::examples;
use securechat_contracts::{asyncapi, event::catalogue};
use securechat_test_kit::assert_golden;
use serde_json::Value;
use std::collections::BTreeMap;

/// Proves: P-18.
#[test]
fn the_document_of_all_events_is_up_to_date() {
    let examples: BTreeMap<_, _> = examples().into_iter().collect();
    let document = asyncapi::document(|type_| examples[type_].clone()).unwrap();
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    assert_golden(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/asyncapi.json"), &text);
}

#[test]
fn every_reference_leads_somewhere_and_every_event_says_what_it_is() {
    let document = asyncapi::document(|_| Value::Null).unwrap();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > catalogue().len());
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    for (type_, message) in document["components"]["messages"].as_object().unwrap() {
        assert!(message["summary"].as_str().is_some_and(|text| text.ends_with('.') || text.ends_with(')')), "{type_}");
    }
}

fn collect<'a>(value: &'a Value, references: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            references.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| collect(value, references));
        }
        Value::Array(all) => all.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}
