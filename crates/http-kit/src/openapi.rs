//! OpenAPI documents: one a service, made from the handlers' annotations, finished alike and merged.

use utoipa::openapi::{
    OpenApi, OpenApiBuilder, Ref, RefOr, Response, ResponseBuilder,
    content::ContentBuilder,
    path::{Operation, PathItem},
    schema::ComponentsBuilder,
    security::{Http, HttpAuthScheme, SecurityScheme},
};

/// One operation of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperationRef {
    /// In capitals.
    pub method: &'static str,
    /// With `{names}` of its parameters.
    pub path: String,
}

/// All operations of `document`, sorted.
pub fn operations(document: &OpenApi) -> Vec<OperationRef> {
    let mut found: Vec<_> = document
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| {
            of(item)
                .into_iter()
                .filter(|(_, op)| op.is_some())
                .map(|(method, _)| OperationRef { method, path: path.clone() })
        })
        .collect();
    found.sort();
    found
}

fn of(item: &PathItem) -> [(&'static str, &Option<Operation>); 5] {
    [("GET", &item.get), ("PUT", &item.put), ("POST", &item.post), ("DELETE", &item.delete), ("PATCH", &item.patch)]
}

/// Adds to every operation what all share: a unique id, the bearer token and the Problem answer.
pub fn finish(mut document: OpenApi) -> OpenApi {
    let mut components = document.components.take().unwrap_or_else(|| ComponentsBuilder::new().build());
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    document.components = Some(components);
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(operation_id(method, path));
            operation.responses.responses.insert("default".to_owned(), RefOr::T(problem()));
        }
    }
    document
}

/// Unique over all services, as the merged document needs it: `get_chats_id_messages`.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty() && *word != "api");
    words.fold(method.to_owned(), |id, word| id + "_" + word)
}

fn problem() -> Response {
    let schema = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description("A Problem (RFC 9457)").content("application/problem+json", schema).build()
}

/// One document of many.
pub fn merge(title: &str, documents: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let info = utoipa::openapi::InfoBuilder::new().title(title).version("v1").build();
    let mut merged = OpenApiBuilder::new().info(info).build();
    for document in documents {
        merged.merge(document);
    }
    merged
}
