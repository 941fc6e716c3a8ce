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

/// A port from Kubernetes' range for node ports, optional.
pub(crate) fn node_port(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int32", "minimum": 30000, "maximum": 32767, "nullable": true})
}

/// How many pods.
pub(crate) fn replicas(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int32", "minimum": 0, "maximum": 100})
}
