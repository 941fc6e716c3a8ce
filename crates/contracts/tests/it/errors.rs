use securechat_contracts::ProblemKind;
use securechat_test_kit::assert_golden;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = "# Errors

Every error is answered as `application/problem+json` (RFC 9457). Programs go by `type`, which is `/problems/<kind>`;
`detail` tells people what happened this time, `errors` names each field at fault by a JSON pointer, and `instance` is
the request's id, under which the log knows it. Answers 429 and 503 carry `Retry-After`, answers 401 `WWW-Authenticate`.

Generated from `crates/contracts/src/problem.rs` by its tests (`UPDATE_GOLDEN=1`); do not edit.

| Kind | Status | Title | Meaning |
|---|---|---|---|
";

/// The documentation of each kind, as it stands beside it in the code.
fn meanings(source: &str) -> BTreeMap<String, String> {
    let body = source.split_once("pub enum ProblemKind {").unwrap().1.split_once('}').unwrap().0;
    let mut meanings = BTreeMap::new();
    let mut words: Vec<&str> = Vec::new();
    for line in body.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(text) = line.strip_prefix("/// ") {
            words.push(text);
        } else {
            meanings.insert(line.trim_end_matches(',').to_owned(), std::mem::take(&mut words).join(" "));
        }
    }
    meanings
}

#[test]
fn the_documentation_of_errors_is_up_to_date() {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let meanings = meanings(&std::fs::read_to_string(crate_root.join("src/problem.rs")).unwrap());
    assert_eq!(meanings.len(), ProblemKind::ALL.len(), "ALL names every kind");
    let mut text = HEAD.to_owned();
    for kind in ProblemKind::ALL {
        let meaning = &meanings[&format!("{kind:?}")];
        assert!(!meaning.is_empty() && !meaning.contains('|'), "{kind:?}");
        writeln!(text, "| `{}` | {} | {} | {meaning} |", kind.as_str(), kind.status(), kind.title()).unwrap();
    }
    assert_golden(crate_root.join("../../docs/errors.md"), &text);
}
