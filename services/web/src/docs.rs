//! `/docs`: the interfaces, readable without a script.

use securechat_http_kit::openapi;
use securechat_pages::{Pages, context};
use securechat_runtime::StartError;
use serde::Serialize;
use utoipa::openapi::{OpenApi, path::Operation};

pub(crate) const TEMPLATE: &str = include_str!("../templates/docs.html");
/// What services tell each other, as the contracts describe it.
pub(crate) const EVENTS: &str = include_str!("../../../docs/asyncapi.json");

#[derive(Serialize)]
struct Entry {
    method: &'static str,
    path: String,
    summary: String,
    public: bool,
    answers: String,
}

pub(crate) fn page(pages: &Pages, document: &OpenApi) -> Result<String, StartError> {
    let entries: Vec<_> = openapi::operations(document).into_iter().filter_map(|op| entry(document, op)).collect();
    let rows: Vec<_> = entries
        .iter()
        .map(|e| context! { method => e.method, path => e.path.as_str(), summary => e.summary.as_str(), public => e.public, answers => e.answers.as_str() })
        .collect();
    let events: serde_json::Value = serde_json::from_str(EVENTS)?;
    let messages = events["components"]["messages"].as_object().into_iter().flatten();
    let told: Vec<_> =
        messages.map(|(type_, message)| context! { type_ => type_, summary => message["summary"].as_str() }).collect();
    Ok(pages.render("docs.html", context! { entries => rows, events => told })?)
}

fn entry(document: &OpenApi, reference: openapi::OperationRef) -> Option<Entry> {
    let item = document.paths.paths.get(&reference.path)?;
    let operation: &Operation = match reference.method {
        "GET" => item.get.as_ref(),
        "PUT" => item.put.as_ref(),
        "POST" => item.post.as_ref(),
        "DELETE" => item.delete.as_ref(),
        _ => item.patch.as_ref(),
    }?;
    let public = operation
        .security
        .as_ref()
        .is_some_and(|all| all.iter().all(|one| serde_json::to_string(one).is_ok_and(|s| s == "{}")));
    let answers = operation
        .responses
        .responses
        .keys()
        .filter(|status| *status != "default")
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    let summary = operation.summary.clone().or_else(|| operation.description.clone()).unwrap_or_default();
    Some(Entry { method: reference.method, path: reference.path, summary, public, answers })
}
