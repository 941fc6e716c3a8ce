//! What the operator may do: the chart's RBAC rules are generated from here.

use crate::kinds::Kind;
use serde::Serialize;
use std::collections::BTreeMap;

/// A rule as RBAC writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// API groups.
    pub api_groups: Vec<String>,
    /// Resources, in the plural.
    pub resources: Vec<String>,
    /// Verbs.
    pub verbs: Vec<String>,
}

impl Rule {
    fn new(group: &str, resources: &[&str], verbs: &[&str]) -> Self {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self { api_groups: vec![group.to_owned()], resources: owned(resources), verbs: owned(verbs) }
    }
}

/// In every namespace whose resources the operator serves.
pub fn rules() -> Vec<Rule> {
    let mut rules = vec![
        Rule::new("securechat.io", &["securechats"], &["list", "watch"]),
        Rule::new("securechat.io", &["securechats/status"], &["patch"]),
        // Children block the deletion of their owner; some clusters ask for this right then.
        Rule::new("securechat.io", &["securechats/finalizers"], &["update"]),
    ];
    let mut by_group: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_ours()) {
        let resource = kind.resource();
        by_group.entry(resource.group).or_default().push(resource.plural);
    }
    for (group, resources) in by_group {
        let resources: Vec<&str> = resources.iter().map(String::as_str).collect();
        // Deployments are never deleted; but the same clusters let only those who may delete an object say who owns it.
        rules.push(Rule::new(&group, &resources, &["get", "list", "watch", "create", "patch", "delete"]));
    }
    rules.push(Rule::new("", &["persistentvolumeclaims"], &["list", "watch"]));
    // The last words of a failed migration; an annotation by which kubelet brings changed files at once.
    rules.push(Rule::new("", &["pods"], &["list", "patch"]));
    rules.push(Rule::new("events.k8s.io", &["events"], &["create", "patch"]));
    rules
}

/// In the operator's own namespace.
pub fn own_rules() -> Vec<Rule> {
    vec![Rule::new("coordination.k8s.io", &["leases"], &["get", "create", "update"])]
}

/// Both lists, as the chart reads them.
///
/// # Errors
/// When they cannot be written as YAML, which a test excludes.
pub fn yaml() -> Result<String, serde_saphyr::ser::Error> {
    #[derive(Serialize)]
    struct Lists {
        served: Vec<Rule>,
        own: Vec<Rule>,
    }
    let body = serde_saphyr::to_string(&Lists { served: rules(), own: own_rules() })?;
    Ok(format!("# Generated: UPDATE_GOLDEN=1 cargo test -p securechat-operator-controller\n{body}"))
}
