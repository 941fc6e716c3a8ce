//! The one table of who may connect to whom, held against the rendered policies, the rendered configurations and the
//! route table.

use crate::case::{migrated, objects, plan, rendered, resource};
use crate::evaluator::{Place, may_connect, pod};
use securechat_contracts::network::{Identity, Listener, Party, ways};
use securechat_contracts::{ServiceName, calls::CALLS};
use securechat_gateway_config::RouteTable;
use securechat_operator_plan::{Fingerprints, Topology};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const PORTS: [u64; 9] = [22, 53, 443, 3306, 5672, 6379, 8080, 8081, 8082];
const OUTSIDE: &str = "203.0.113.7";

/// From, to, port.
type Edge = (String, String, u64);

struct World {
    policies: Vec<Value>,
    /// Every pod that a template describes, by the value of its component label.
    pods: BTreeMap<String, Place>,
    objects: Vec<Value>,
}

fn world(topology: &Topology) -> World {
    let objects = objects(&rendered(topology, &migrated(topology)));
    let policies = objects.iter().filter(|object| object["kind"] == "NetworkPolicy").cloned().collect();
    let labels = objects.iter().filter_map(|object| object["spec"]["template"]["metadata"]["labels"].as_object());
    let pods = labels.map(|labels| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let component = text(&labels["app.kubernetes.io/component"]);
        (
            component,
            Place::Pod("talk".to_owned(), labels.iter().map(|(key, value)| (key.clone(), text(value))).collect()),
        )
    });
    World { policies, pods: pods.collect(), objects }
}

impl World {
    fn may(&self, from: &Place, to: &Place, port: u64) -> bool {
        may_connect(&self.policies, from, to, "TCP", port)
    }

    /// Every connection between pods that the policies allow.
    fn edges(&self) -> BTreeSet<Edge> {
        let pairs = self.pods.iter().flat_map(|from| self.pods.iter().map(move |to| (from, to)));
        let all = pairs.flat_map(|(from, to)| PORTS.map(|port| (from, to, port)));
        let allowed = all.filter(|((_, from), (_, to), port)| self.may(from, to, *port));
        allowed.map(|((from, _), (to, _), port)| (from.clone(), to.clone(), port)).collect()
    }
}

fn label(party: Party) -> Option<String> {
    Some(match party {
        Party::Gateway => "gateway".to_owned(),
        Party::Service(service) => service.to_string(),
        Party::Web => "web".to_owned(),
        Party::Provision => "provision".to_owned(),
        Party::Migrations => "migrate".to_owned(),
        Party::Database => "database".to_owned(),
        Party::Broker => "broker".to_owned(),
        Party::Cache => "cache".to_owned(),
        Party::Client | Party::Scraper | Party::MailServer | Party::Collector | Party::NameServer => return None,
    })
}

fn number(listener: Listener) -> u64 {
    match listener {
        Listener::Public => 8080,
        Listener::Internal => 8081,
        Listener::Admin => 8082,
        Listener::Sql => 3306,
        Listener::Amqp => 5672,
        Listener::Redis => 6379,
        Listener::Smtp => 587,
        Listener::Otlp => 4318,
        Listener::Dns => 53,
    }
}

/// Every pair of pods and every port: what the table lists is allowed, and all else is refused.
///
/// Proves: P-15, W-57.
#[test]
fn the_policies_allow_what_the_table_lists_and_nothing_else() {
    let world = world(&plan("minimal"));
    assert_eq!(world.pods.len(), 13, "{:?}", world.pods.keys());
    let listed = ways().into_iter().filter_map(|way| Some((label(way.from)?, label(way.to)?, number(way.listener))));
    assert_eq!(world.edges(), listed.collect());
}

/// Every address in a process's configuration, Envoy's included, is one that it may reach, and it may reach no other.
///
/// Proves: W-53, W-57.
#[test]
fn the_policies_allow_what_the_configurations_name_and_nothing_else() {
    let topology = plan("minimal");
    let world = world(&topology);
    let mut named = BTreeSet::new();
    let texts = world.objects.iter().filter_map(|object| {
        let text = object["data"]["config.json"].as_str()?;
        Some((object["metadata"]["labels"]["app.kubernetes.io/component"].as_str()?.to_owned(), text.to_owned()))
    });
    let clusters = securechat_operator_render::edge(&topology).unwrap().0["cds.json"].clone();
    for (from, text) in texts.chain([("gateway".to_owned(), clusters)]) {
        let config: Value = serde_json::from_str(&text).unwrap();
        for (host, port) in addresses(&config) {
            let name = host.strip_suffix(".talk.svc").and_then(|name| name.strip_prefix("acme-"));
            named.insert((from.clone(), name.unwrap_or_else(|| panic!("{from} names {host}")).to_owned(), port));
        }
    }
    assert_eq!(world.edges(), named);
}

/// `http://host:port/…`, and `host` or `address` beside `port` or `port_value`. The public URL is for people.
fn addresses(value: &Value) -> Vec<(String, u64)> {
    let url = |text: &str| {
        let (host, port) = text.strip_prefix("http://")?.split('/').next()?.split_once(':')?;
        Some((host.to_owned(), port.parse().ok()?))
    };
    match value {
        Value::String(text) if text.starts_with("http://") && !text.starts_with("http://auth.internal/") => {
            vec![url(text).unwrap_or_else(|| panic!("{text} has no port"))]
        }
        Value::Object(map) => {
            let host = map.get("host").or_else(|| map.get("address")).and_then(Value::as_str);
            let port = map.get("port").or_else(|| map.get("port_value")).and_then(Value::as_u64);
            let here = host.zip(port).map(|(host, port)| (host.to_owned(), port));
            here.into_iter().chain(map.values().flat_map(addresses)).collect()
        }
        Value::Array(items) => items.iter().flat_map(addresses).collect(),
        _ => Vec::new(),
    }
}

/// Proves: H-21, W-53.
#[test]
fn every_route_has_its_way_and_every_way_its_route() {
    let routed: BTreeSet<_> = RouteTable::built_in().unwrap().routes.iter().map(|route| route.service).collect();
    let ways = ways();
    let of_gateway = |listener| {
        let services = ways.iter().filter(move |way| way.from == Party::Gateway && way.listener == listener);
        services.filter_map(|way| if let Party::Service(service) = way.to { Some(service) } else { None })
    };
    assert_eq!(of_gateway(Listener::Public).collect::<BTreeSet<_>>(), routed);
    assert_eq!(of_gateway(Listener::Internal).collect::<Vec<_>>(), [ServiceName::Auth], "for signing keys alone");
}

/// Proves: H-22.
#[test]
fn a_call_that_the_callee_would_refuse_has_no_way_but_to_auth() {
    for way in ways() {
        let (Party::Service(caller), Party::Service(callee), Listener::Internal) = (way.from, way.to, way.listener)
        else {
            continue;
        };
        let listed = CALLS.iter().any(|call| (call.caller, call.callee) == (caller, callee));
        assert!(listed || callee == ServiceName::Auth, "{caller} to {callee}");
    }
}

/// Other people's pods, also ones that are called the same.
///
/// Proves: P-15.
#[test]
fn strangers_reach_the_gateway_alone() {
    let world = world(&plan("minimal"));
    let outside = Place::Host(OUTSIDE.parse().unwrap());
    let component = ("app.kubernetes.io/component", "chats");
    let strangers = [
        pod("talk", &[]),
        pod("talk", &[("app.kubernetes.io/name", "securechat"), ("app.kubernetes.io/instance", "other"), component]),
        pod("talk", &[("app.kubernetes.io/name", "other"), ("app.kubernetes.io/instance", "acme"), component]),
        pod(
            "elsewhere",
            &[("app.kubernetes.io/name", "securechat"), ("app.kubernetes.io/instance", "acme"), component],
        ),
        outside.clone(),
    ];
    for (name, place) in &world.pods {
        for port in PORTS {
            for stranger in &strangers {
                let open = (name.as_str(), port) == ("gateway", 8080);
                assert_eq!(world.may(stranger, place, port), open, "{stranger:?} to {name} at {port}");
            }
            let stores = ["database", "cache"].contains(&name.as_str());
            assert_eq!(world.may(place, &outside, port), port == 53 && !stores, "{name} to {OUTSIDE} at {port}");
        }
    }
    // A pod of ours that nobody thought of may do nothing either.
    let forgotten = [("app.kubernetes.io/name", "securechat"), ("app.kubernetes.io/instance", "acme")];
    let forgotten = pod("talk", &forgotten);
    assert!(
        PORTS.iter().all(|port| !world.may(&forgotten, &outside, *port) && !world.may(&outside, &forgotten, *port))
    );
}

/// Proves: P-15.
#[test]
fn who_may_come_in_is_for_the_resource_to_say() {
    let world = world(&plan("everything"));
    let ingress = pod("ingress", &[]);
    let prometheus = pod("monitoring", &[("app.kubernetes.io/name", "prometheus")]);
    let neighbour = pod("monitoring", &[]);
    for (name, place) in &world.pods {
        assert_eq!(world.may(&ingress, place, 8080), name == "gateway", "the ingress controller to {name}");
        let measured = !["database", "broker", "cache", "provision", "migrate"].contains(&name.as_str());
        assert_eq!(world.may(&prometheus, place, 8082), measured, "Prometheus to {name}");
        assert!(!world.may(&prometheus, place, 8080) && !world.may(&neighbour, place, 8082), "{name}");
        assert!(!world.may(&Place::Host(OUTSIDE.parse().unwrap()), place, 8080), "{name}");
    }
}

/// Host names cannot be selected: any address, at the one port. An address can.
///
/// Proves: P-15.
#[test]
fn external_servers_are_reached_by_who_needs_them_at_their_port() {
    let mut resource = resource("external");
    let cache = resource.spec.cache.as_mut().unwrap().external.as_mut().unwrap();
    cache.host = OUTSIDE.to_owned();
    resource.spec.mail = crate::case::resource("everything").spec.mail;
    let world = world(&crate::case::plan_of(&resource, &Fingerprints::default()));
    let (there, elsewhere) = (Place::Host(OUTSIDE.parse().unwrap()), Place::Host("203.0.113.8".parse().unwrap()));
    let reached = |port: u64, place: &Place| -> Vec<&str> {
        let all = world.pods.iter().filter(|(_, from)| world.may(from, place, port));
        all.map(|(name, _)| name.as_str()).collect()
    };
    let services = ["account", "auth", "chats", "messaging", "session", "users"];
    assert_eq!(
        reached(3306, &elsewhere),
        ["account", "auth", "chats", "messaging", "migrate", "provision", "session", "users"]
    );
    assert_eq!(reached(5671, &elsewhere), services.into_iter().filter(|name| *name != "auth").collect::<Vec<_>>());
    assert_eq!(reached(6379, &there), ["auth", "session"]);
    assert!(reached(6379, &elsewhere).is_empty(), "the cache was named by its address");
    assert_eq!(reached(587, &elsewhere), ["account"]);
    assert!(reached(443, &elsewhere).is_empty());
}

#[test]
fn without_policies_there_are_none() {
    let mut resource = resource("minimal");
    resource.spec.network_policy.enabled = false;
    assert!(world(&crate::case::plan_of(&resource, &Fingerprints::default())).policies.is_empty());
}

/// Empty lists are dropped by the API server, and every apply would write again.
#[test]
fn no_policy_holds_an_empty_list() {
    for case in crate::case::CASES {
        for policy in world(&plan(case)).policies {
            assert!(!policy.to_string().contains("[]"), "{policy}");
        }
    }
}

/// Proves: P-15.
#[test]
fn the_operations_guide_shows_the_whole_table() {
    const BEGIN: &str = "<!-- Generated: UPDATE_GOLDEN=1 cargo test -p securechat-operator-render -->\n";
    const END: &str = "<!-- End of what is generated -->";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations/network.md");
    let found = std::fs::read_to_string(path).unwrap();
    let (before, rest) = found.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return std::fs::write(path, &expected).unwrap();
    }
    assert!(found == expected, "{path} is out of date. Run: UPDATE_GOLDEN=1 cargo test -p securechat-operator-render");
}

/// What for, where, and by whom.
type Purpose = (&'static str, Listener, Identity);

/// Ways that serve one purpose are one row.
fn table() -> String {
    let mut rows: Vec<(Purpose, [Vec<String>; 2])> = Vec::new();
    for way in ways() {
        let key = (way.purpose, way.listener, way.identity);
        let at = rows.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            rows.push((key, Default::default()));
            rows.len() - 1
        });
        for (list, party) in rows[at].1.iter_mut().zip([way.from, way.to]) {
            if !list.contains(&in_words(party)) {
                list.push(in_words(party));
            }
        }
    }
    let mut text = "\n| From | To | Port | For | Who it is |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for ((purpose, listener, identity), [from, to]) in rows {
        let given = matches!(listener, Listener::Smtp | Listener::Otlp);
        let port = if given { "as given".to_owned() } else { number(listener).to_string() };
        let identity = match identity {
            Identity::None => "not asked",
            Identity::AccessToken => "access token, on paths that are not public",
            Identity::ServiceToken => "service token",
            Identity::ClientSecret => "client secret",
            Identity::Password => "its own user and password",
            Identity::Configured => "as given",
        };
        let _ = writeln!(text, "| {} | {} | {port} | {purpose} | {identity} |", from.join(", "), to.join(", "));
    }
    text + "\n"
}

fn in_words(party: Party) -> String {
    label(party).map_or_else(
        || match party {
            Party::Client => "anybody".to_owned(),
            Party::Scraper => "`metricsFrom`".to_owned(),
            Party::MailServer => "the mail server".to_owned(),
            Party::Collector => "`traces.endpoint`".to_owned(),
            _ => "the name server".to_owned(),
        },
        |label| match party {
            Party::Provision => "provisioning Job".to_owned(),
            Party::Migrations => "migration Jobs".to_owned(),
            _ => format!("`{label}`"),
        },
    )
}
