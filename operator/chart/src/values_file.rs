//! `values.yaml`: every value with its default, below what it means.

use crate::{REGENERATE, Values, values_schema};
use serde_json::Value;
use std::fmt::Write as _;

/// Where a comment ends.
const WIDTH: usize = 116;

/// The file.
///
/// # Errors
/// When it cannot be written, which a test excludes.
pub fn values_file() -> Result<String, serde_json::Error> {
    let schema = values_schema()?;
    let values = serde_saphyr::to_string(&Values::default()).map_err(serde::ser::Error::custom)?;
    let mut text = format!("# Generated: {REGENERATE}\n");
    // The keys above a line, each with its depth.
    let mut path: Vec<(usize, &str)> = Vec::new();
    for line in values.lines() {
        let depth = line.len() - line.trim_start().len();
        path.retain(|(above, _)| *above < depth);
        if let Some((key, _)) = line.trim_start().split_once(':') {
            path.push((depth, key));
            if depth == 0 {
                text.push('\n');
            }
            for words in wrapped(description(&schema, &path), WIDTH - depth) {
                let _ = writeln!(text, "{:depth$}# {words}", "");
            }
        }
        text += line;
        text.push('\n');
    }
    Ok(text)
}

/// What the schema says of a value; nothing where it leaves that to Kubernetes.
fn description<'a>(schema: &'a Value, path: &[(usize, &str)]) -> &'a str {
    let of = path.iter().try_fold(schema, |schema, (_, key)| schema.get("properties")?.get(key));
    of.and_then(|schema| schema["description"].as_str()).unwrap_or_default()
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
