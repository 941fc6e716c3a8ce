//! What is told of the things in front of the gateway.

use crate::{Front, FrontState, Observed, Topology, Trouble};
use securechat_operator_api::status::Reason;

/// Why people cannot reach the gateway although it may serve.
pub(crate) fn trouble(topology: &Topology, observed: &Observed) -> Option<Trouble> {
    let gateway = &topology.gateway;
    let asked =
        [(Front::Certificate, gateway.certificate_issuer.is_some()), (Front::Route, !gateway.route_parents.is_empty())];
    asked.into_iter().filter(|(_, asked)| *asked).find_map(|(front, _)| of_one(front, observed.fronts.get(&front)))
}

fn of_one(front: Front, state: Option<&FrontState>) -> Option<Trouble> {
    let trouble = match (front, state) {
        (_, Some(FrontState::Done)) => return None,
        (Front::Route, Some(FrontState::Unknown)) => Trouble::stays(
            Reason::GatewayApiMissing,
            "the cluster has no HTTPRoute: install the Gateway API, or leave spec.gateway.httpRoute out",
        ),
        (Front::Route, Some(FrontState::Refused(why))) => Trouble::stays(Reason::RouteRefused, why),
        (Front::Route, Some(FrontState::Pending(known))) => Trouble::passes(Reason::RoutePending, known),
        (Front::Route, None) => Trouble::passes(Reason::RoutePending, "the HTTPRoute does not exist yet"),
        (Front::Certificate, Some(FrontState::Unknown)) => Trouble::stays(
            Reason::CertManagerMissing,
            "the cluster has no cert-manager: install it, or give a Secret in place of issuerRef",
        ),
        (Front::Certificate, Some(FrontState::Refused(known) | FrontState::Pending(known))) => {
            Trouble::passes(Reason::CertificatePending, known)
        }
        (Front::Certificate, None) => {
            Trouble::passes(Reason::CertificatePending, "the certificate is not asked for yet")
        }
    };
    Some(trouble)
}
