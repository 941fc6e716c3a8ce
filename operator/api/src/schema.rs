//! Pieces of schema that several fields share. Everything is bounded: an unbounded string or list makes a
//! CEL rule over it too costly for the API server.

use schemars::{Schema, SchemaGenerator, json_schema};

/// A Kubernetes quantity as text. (k8s-openapi's own type brings two kilobytes of prose along.)
pub(crate) fn quantity(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string", "maxLength": 20,
        "x-kubernetes-validations": [{
            "rule": "isQuantity(self) && quantity(self).isGreaterThan(quantity('0'))",
            "message": "an amount such as 500m, 2 or 8Gi is needed",
        }],
    })
}

/// The same, optional.
pub(crate) fn optional_quantity(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = quantity(generator);
    schema.insert("nullable".into(), true.into());
    schema
}

/// A TCP port.
pub(crate) fn port(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 65535})
}

/// The same, optional.
pub(crate) fn optional_port(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = port(generator);
    schema.insert("nullable".into(), true.into());
    schema
}

/// What an ingress controller is told. Snippets are code that runs in it, for all its users; the operator's own
/// annotations are the operator's.
pub(crate) fn annotations(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object", "maxProperties": 32,
        "additionalProperties": {"type": "string", "maxLength": 1024},
        "x-kubernetes-validations": [{
            "rule": "self.all(key, size(key) <= 253 && !key.contains('snippet') && !key.startsWith('securechat.io/'))",
            "message": "snippets and annotations of securechat.io are refused",
        }],
    })
}

/// A port from Kubernetes' range for node ports, optional.
pub(crate) fn node_port(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int32", "minimum": 30000, "maximum": 32767, "nullable": true})
}

/// Labels by which pods or namespaces are selected: at least one, so that nobody selects everything by leaving it out.
pub(crate) fn labels(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object", "minProperties": 1, "maxProperties": 8,
        "additionalProperties": {"type": "string", "maxLength": 63},
        "x-kubernetes-validations": [{
            "rule": "self.all(key, size(key) <= 253 && key.matches('^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$') && self[key].matches('^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$'))",
            "message": "labels are names such as app.kubernetes.io/name with values of letters, digits, dots, underscores and hyphens",
        }],
    })
}

/// Any object: its content is judged by the operator.
pub(crate) fn any_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "x-kubernetes-preserve-unknown-fields": true})
}

/// How many pods.
pub(crate) fn replicas(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int32", "minimum": 0, "maximum": 100})
}

/// The same, optional.
pub(crate) fn optional_replicas(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = replicas(generator);
    schema.insert("nullable".into(), true.into());
    schema
}
