use crate::examples::examples;
use securechat_contracts::event::catalogue;
use securechat_contracts::subscriptions::SUBSCRIPTIONS;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// An example is what a service of an older release may have left in a queue: it is never changed, and a new version of
/// an event gets one of its own.
///
/// Proves: B-36.
#[test]
fn every_event_that_was_ever_told_can_still_be_read_and_is_told_alike() {
    let known = catalogue();
    for (type_, example) in examples() {
        let known = known.iter().find(|known| known.type_ == type_).unwrap_or_else(|| panic!("nobody reads {type_}"));
        let (again, subject) = (known.round)(&example).unwrap_or_else(|error| panic!("{type_}: {error}"));
        assert_eq!(again, example, "{type_}");
        assert!(!subject.is_empty(), "{type_}");
    }
}

#[test]
fn every_event_has_an_example() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/event");
    let mut declared = BTreeSet::new();
    for entry in fs::read_dir(source).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let quoted = text.split('"').skip(1).step_by(2);
        declared.extend(quoted.filter(|word| word.contains(".v") && !word.contains(' ')).map(ToOwned::to_owned));
    }
    let types: BTreeSet<String> = catalogue().iter().map(|known| known.type_.to_owned()).collect();
    assert_eq!(types, declared, "the catalogue names what the code declares");
    assert_eq!(types, examples().into_iter().map(|(type_, _)| type_).collect::<BTreeSet<_>>());
    let subscribed = SUBSCRIPTIONS.iter().flat_map(|subscription| subscription.types);
    assert!(subscribed.clone().count() > 0 && subscribed.clone().all(|type_| types.contains(*type_)));
}

#[test]
fn an_event_with_more_fields_than_are_known_is_read_all_the_same() {
    for (type_, mut example) in examples() {
        let known = catalogue().into_iter().find(|known| known.type_ == type_).unwrap();
        example["somethingNew"] = Value::from(1);
        assert!((known.round)(&example).is_ok(), "{type_}: a newer release could not add a field");
    }
}
