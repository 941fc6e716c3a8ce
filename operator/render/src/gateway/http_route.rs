use super::service::HTTP;
use crate::{
    context::Context,
    foreign::{HttpRoute, HttpRouteSpec, RouteBackend, RouteParent, RouteRule},
    names,
};
use securechat_operator_plan::{Component, GatewayPlan};
use std::collections::BTreeMap;

/// Every path of the public host goes to the gateway, which knows the routes.
pub(crate) fn build(context: Context<'_>, plan: &GatewayPlan) -> Option<HttpRoute> {
    let parents = plan.route_parents.iter().cloned();
    let parent_refs: Vec<_> = parents
        .map(|parent| RouteParent {
            name: parent.name,
            namespace: parent.namespace,
            section_name: parent.section_name,
            port: parent.port,
        })
        .collect();
    let backend = RouteBackend { name: names::component(context.instance(), Component::Gateway), port: HTTP };
    (!parent_refs.is_empty()).then(|| HttpRoute {
        metadata: context.meta(Component::Gateway),
        spec: HttpRouteSpec {
            parent_refs,
            hostnames: super::host_name(context).into_iter().collect(),
            rules: vec![RouteRule { backend_refs: vec![backend], others: BTreeMap::new() }],
        },
    })
}
