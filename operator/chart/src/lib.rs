//! What of the Helm chart comes from types: the schema of its values and their file, alerts, dashboards. The templates are
//! written by hand, and the tests hold them to what every render must be.

pub mod alerts;
pub mod dashboards;
mod values;
mod values_file;

pub use values::{LogLevel, PullPolicy, Values};
pub use values_file::values_file;

use schemars::generate::SchemaSettings;
use serde_json::Value;

/// How the committed copies are made anew.
pub const REGENERATE: &str = "UPDATE_GOLDEN=1 cargo test -p securechat-operator-chart";

/// What every value must be, as Helm reads it. Nothing else is let through: a misspelt value is refused with its name.
///
/// # Errors
/// When it cannot be written, which a test excludes.
pub fn values_schema() -> Result<Value, serde_json::Error> {
    // Helm before 3.18 knows no later draft.
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = serde_json::to_value(settings.into_generator().into_root_schema_for::<Values>())?;
    schema["$comment"] = format!("Generated: {REGENERATE}").into();
    list_words(&mut schema);
    Ok(schema)
}

/// One of some words becomes a list of them, so that Helm names them all in one line.
fn list_words(schema: &mut Value) {
    let word = |choice: &Value| choice["const"].as_str().map(Value::from);
    let choices = schema.get("oneOf").and_then(Value::as_array);
    let words: Option<Vec<_>> = choices.and_then(|all| all.iter().map(word).collect());
    if let (Some(words), Some(schema)) = (words, schema.as_object_mut()) {
        schema.remove("oneOf");
        schema.insert("type".to_owned(), "string".into());
        schema.insert("enum".to_owned(), words.into());
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    properties.into_iter().flat_map(|all| all.values_mut()).for_each(list_words);
}
