//! What the edge itself answers, as Problems (RFC 9457) like everybody else's.

use securechat_contracts::ProblemKind;
use serde_json::{Value, json};

/// Statuses that the edge answers by itself, with the kind that each stands for.
const KINDS: [ProblemKind; 9] = [
    ProblemKind::MalformedRequest,
    ProblemKind::Unauthenticated,
    ProblemKind::Forbidden,
    ProblemKind::NotFound,
    ProblemKind::MethodNotAllowed,
    ProblemKind::BodyTooLarge,
    ProblemKind::TooManyRequests,
    ProblemKind::Unavailable,
    ProblemKind::Timeout,
];

pub(super) fn local_replies() -> Value {
    let mut mappers = vec![denied()];
    mappers.extend(KINDS.into_iter().map(mapper));
    json!({ "mappers": mappers, "body_format": format_of(ProblemKind::Internal, Some("%RESPONSE_CODE%")) })
}

/// A token that the edge refuses — wrong audience, wrong type — is no valid token here: 401, and the URL, which may
/// hold a token, is not echoed.
fn denied() -> Value {
    let expression = "response.code_details.startsWith('rbac_access_denied') || response.code_details.startsWith('jwt_authn_access_denied')";
    json!({
        "filter": { "extension_filter": {
            "name": "cel",
            "typed_config": {
                "@type": super::type_url("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"),
                "expression": expression,
            },
        } },
        "status_code": 401,
        "headers_to_add": [challenge()],
        "body_format_override": format_of(ProblemKind::Unauthenticated, None),
    })
}

fn challenge() -> Value {
    json!({ "header": { "key": "www-authenticate", "value": "Bearer error=\"invalid_token\"" }, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD" })
}

fn mapper(kind: ProblemKind) -> Value {
    let status = kind.status();
    let key = format!("edge.status.{status}");
    let mut mapper = json!({
        "filter": { "status_code_filter": { "comparison": { "op": "EQ", "value": { "default_value": status, "runtime_key": key } } } },
        "body_format_override": format_of(kind, None),
    });
    if kind == ProblemKind::Unavailable {
        mapper["headers_to_add"] =
            json!([{ "header": { "key": "retry-after", "value": "2" }, "append_action": "ADD_IF_ABSENT" }]);
    }
    mapper
}

fn format_of(kind: ProblemKind, status: Option<&str>) -> Value {
    let status = status.map_or_else(|| json!(kind.status()), |text| json!(text));
    json!({
        "content_type": "application/problem+json",
        "json_format": {
            "type": format!("/problems/{}", kind.as_str()),
            "title": kind.title(),
            "status": status,
            "instance": "urn:request:%REQ(X-REQUEST-ID)%",
        },
    })
}
