use crate::{context::Context, names};
use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use securechat_operator_api::spec::{Labels, NetworkPeer};
use securechat_operator_plan::{End, NetworkPlan, Pods, Protocol, Way};
use std::collections::BTreeMap;

/// What some pods may do; nothing when they may do nothing.
pub(crate) fn build(context: Context<'_>, plan: &NetworkPlan, pods: Pods) -> Option<NetworkPolicy> {
    let here = End::Pods(pods);
    let ingress = rules(context, plan.ways.iter().filter(|way| way.to == here).map(|way| (way, &way.from)));
    let egress = rules(context, plan.ways.iter().filter(|way| way.from == here).map(|way| (way, &way.to)));
    if ingress.is_empty() && egress.is_empty() {
        return None;
    }
    let types = [("Ingress", ingress.is_empty()), ("Egress", egress.is_empty())];
    let ingress: Vec<_> =
        ingress.into_iter().map(|(ports, from)| NetworkPolicyIngressRule { from, ports: Some(ports) }).collect();
    let egress: Vec<_> =
        egress.into_iter().map(|(ports, to)| NetworkPolicyEgressRule { to, ports: Some(ports) }).collect();
    Some(NetworkPolicy {
        metadata: context.named(names::network_policy(context.instance(), pods.as_str()), pods.as_str()),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector {
                match_labels: Some(names::pods(context.instance(), pods.as_str())),
                match_expressions: None,
            }),
            policy_types: Some(types.into_iter().filter(|(_, none)| !none).map(|(name, _)| name.to_owned()).collect()),
            ingress: (!ingress.is_empty()).then_some(ingress),
            egress: (!egress.is_empty()).then_some(egress),
        }),
    })
}

/// The ports of a rule, and who stands at the other end; nobody named: everybody.
type Rule = (Vec<NetworkPolicyPort>, Option<Vec<NetworkPolicyPeer>>);

/// One rule per port, and one per port for everybody.
fn rules<'a>(context: Context<'_>, ways: impl Iterator<Item = (&'a Way, &'a End)>) -> Vec<Rule> {
    let mut by_port: BTreeMap<(u16, Protocol, bool), Vec<&End>> = BTreeMap::new();
    for (way, end) in ways {
        by_port.entry((way.port, way.protocol, *end == End::Anywhere)).or_default().push(end);
    }
    let rule = |((port, protocol, anywhere), ends): ((u16, Protocol, bool), Vec<&End>)| {
        let port = NetworkPolicyPort {
            port: Some(IntOrString::Int(port.into())),
            protocol: Some(name(protocol).to_owned()),
            end_port: None,
        };
        let peers = ends.into_iter().flat_map(|end| peers(context, end)).collect();
        (vec![port], (!anywhere).then_some(peers))
    };
    by_port.into_iter().map(rule).collect()
}

fn peers(context: Context<'_>, end: &End) -> Vec<NetworkPolicyPeer> {
    match end {
        End::Pods(pods) => {
            let labels = names::pods(context.instance(), pods.as_str());
            let selector = LabelSelector { match_labels: Some(labels), match_expressions: None };
            vec![NetworkPolicyPeer { pod_selector: Some(selector), ..NetworkPolicyPeer::default() }]
        }
        End::Peers(peers) => peers.iter().map(peer).collect(),
        End::Address(address) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            let block = IPBlock { cidr: format!("{address}/{bits}"), except: None };
            vec![NetworkPolicyPeer { ip_block: Some(block), ..NetworkPolicyPeer::default() }]
        }
        End::Anywhere => Vec::new(),
    }
}

fn peer(peer: &NetworkPeer) -> NetworkPolicyPeer {
    let selector =
        |labels: &Labels| LabelSelector { match_labels: Some(labels.match_labels.clone()), match_expressions: None };
    NetworkPolicyPeer {
        namespace_selector: peer.namespace_selector.as_ref().map(selector),
        pod_selector: peer.pod_selector.as_ref().map(selector),
        ip_block: None,
    }
}

fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    }
}
