//! What is generated from all services together is up to date, and the edge's table is what the services serve.

use securechat_contracts::ServiceName;
use securechat_gateway_config::RouteTable;
use securechat_http_kit::openapi::operations;
use securechat_securechat::{interfaces, migrations, release};
use securechat_test_kit::assert_golden;
use std::collections::BTreeSet;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn release_yaml_tells_what_this_build_brings() {
    assert_golden(format!("{ROOT}/release.yaml"), &release::text().unwrap());
}

#[test]
fn the_committed_interfaces_are_those_of_the_services() {
    assert_golden(format!("{ROOT}/web/openapi.json"), &interfaces::text().unwrap());
}

/// Proves: W-34.
#[test]
fn every_migration_keeps_the_rules() {
    for service in ServiceName::ALL {
        assert_eq!(securechat_migrate::lint(&migrations::of(service).unwrap()), [""; 0], "{service}");
    }
}

/// Proves: W-53, A-02, B-40.
#[test]
fn the_edge_lets_through_exactly_the_operations_that_services_describe() {
    let described: BTreeSet<_> =
        operations(&interfaces::document()).into_iter().map(|op| (op.method.to_owned(), shape(&op.path))).collect();
    let table = RouteTable::built_in().unwrap();
    let rest = table.routes.iter().filter(|route| route.path.starts_with("/api/"));
    let routed: BTreeSet<_> =
        rest.flat_map(|route| route.methods.iter().map(|method| (method.clone(), shape(&route.path)))).collect();
    assert_eq!(described.difference(&routed).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not routed");
    assert_eq!(routed.difference(&described).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not described");
}

/// The path with all names alike.
fn shape(path: &str) -> String {
    path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect::<Vec<_>>().join("/")
}
