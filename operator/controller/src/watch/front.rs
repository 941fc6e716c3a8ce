//! What other controllers say of the things in front of the gateway.

use super::seen::{Condition, Seen};
use securechat_operator_plan::FrontState;
use serde_json::Value;

/// An HTTPRoute is attached when every Gateway that it names has accepted it and found the Service.
pub(super) fn route(object: &Seen) -> FrontState {
    let answers = &object.status.parents;
    for parent in &object.spec.parent_refs {
        let name = parent["name"].as_str().unwrap_or_default();
        let mut known = None;
        for answer in answers.iter().filter(|answer| is_same(&answer["parentRef"], parent)) {
            let verdict = verdict(answer, name, object.metadata.generation);
            // One of several controllers is enough.
            if known != Some(FrontState::Done) {
                known = Some(verdict);
            }
        }
        match known {
            Some(FrontState::Done) => {}
            Some(state) => return state,
            None => {
                let text = format!(
                    "Gateway {name} has not answered for the HTTPRoute: it must exist, and a listener must allow routes from this namespace"
                );
                return FrontState::Pending(text);
            }
        }
    }
    FrontState::Done
}

fn is_same(answer: &Value, asked: &Value) -> bool {
    ["name", "namespace", "sectionName", "port"]
        .iter()
        .all(|field| asked[field].is_null() || answer[field] == asked[field])
}

fn verdict(answer: &Value, gateway: &str, generation: i64) -> FrontState {
    let conditions = answer["conditions"].as_array().into_iter().flatten();
    let current = conditions.filter(|condition| condition["observedGeneration"].as_i64().unwrap_or(0) >= generation);
    let current: Vec<_> = current.collect();
    let find = |type_: &str| current.iter().find(|condition| condition["type"] == type_);
    for type_ in ["Accepted", "ResolvedRefs"] {
        if let Some(no) = find(type_).filter(|condition| condition["status"] == "False") {
            return FrontState::Refused(format!("Gateway {gateway} refuses the HTTPRoute: {}", words(no)));
        }
    }
    match find("Accepted") {
        Some(yes) if yes["status"] == "True" => FrontState::Done,
        _ => FrontState::Pending(format!("Gateway {gateway} has not accepted the HTTPRoute yet")),
    }
}

/// A certificate is there when cert-manager says so.
pub(super) fn certificate(object: &Seen) -> FrontState {
    match object.status.conditions.iter().find(|condition| condition.type_ == "Ready") {
        Some(ready) if ready.status == "True" => FrontState::Done,
        Some(Condition { message, reason, .. }) => {
            FrontState::Pending(format!("cert-manager has no certificate yet: {message} ({reason})"))
        }
        None => FrontState::Pending("cert-manager has not answered for the certificate yet".to_owned()),
    }
}

fn words(condition: &Value) -> String {
    let text = |field: &str| condition[field].as_str().unwrap_or_default();
    format!("{} ({})", text("message"), text("reason"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(mut body: Value) -> Seen {
        body["metadata"]["generation"] = 2.into();
        serde_json::from_value(body).unwrap()
    }

    fn answered(name: &str, conditions: &[(&str, &str, i64)]) -> Value {
        let conditions: Vec<_> = conditions
            .iter()
            .map(|(type_, status, generation)| {
                json!({"type": type_, "status": status, "reason": "Why", "message": "because", "observedGeneration": generation})
            })
            .collect();
        json!({"parentRef": {"group": "gateway.networking.k8s.io", "name": name}, "conditions": conditions})
    }

    fn state(parents: &[&str], answers: &[Value]) -> FrontState {
        let refs: Vec<_> = parents.iter().map(|name| json!({"name": name})).collect();
        route(&seen(json!({"spec": {"parentRefs": refs}, "status": {"parents": answers}})))
    }

    #[test]
    fn a_route_works_when_every_gateway_has_accepted_this_very_route() {
        let yes = |name| answered(name, &[("Accepted", "True", 2), ("ResolvedRefs", "True", 2)]);
        assert_eq!(state(&["a"], &[yes("a")]), FrontState::Done);
        assert_eq!(state(&["a", "b"], &[yes("a"), yes("b")]), FrontState::Done);
        assert!(matches!(state(&["a", "b"], &[yes("a")]), FrontState::Pending(text) if text.contains("Gateway b")));
        assert!(matches!(state(&["a"], &[]), FrontState::Pending(_)));
        let old = answered("a", &[("Accepted", "True", 1)]);
        assert!(matches!(state(&["a"], &[old]), FrontState::Pending(_)), "an answer to another generation");
        let no = answered("a", &[("Accepted", "False", 2)]);
        assert_eq!(state(&["a"], &[no.clone(), yes("a")]), FrontState::Done, "one of two controllers is enough");
        let FrontState::Refused(why) = state(&["a"], &[no]) else { panic!("it was refused") };
        assert_eq!(why, "Gateway a refuses the HTTPRoute: because (Why)");
        let unresolved = answered("a", &[("Accepted", "True", 2), ("ResolvedRefs", "False", 2)]);
        assert!(matches!(state(&["a"], &[unresolved]), FrontState::Refused(_)));
    }

    #[test]
    fn a_certificate_is_awaited_with_cert_managers_own_words() {
        let with = |conditions: Value| certificate(&seen(json!({"status": {"conditions": conditions}})));
        assert_eq!(with(json!([{"type": "Ready", "status": "True"}])), FrontState::Done);
        let waiting =
            with(json!([{"type": "Ready", "status": "False", "reason": "DoesNotExist", "message": "Issuing"}]));
        assert!(matches!(waiting, FrontState::Pending(text) if text.contains("Issuing (DoesNotExist)")));
        assert!(matches!(with(json!([])), FrontState::Pending(_)));
    }
}
