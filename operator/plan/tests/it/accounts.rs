//! First passwords that were lost.

use crate::{Machine, request, settled};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::{ConditionType, Reason};
use securechat_operator_plan::{
    Config, Known, Previous, SecretName, Steps, Topology, conditions, lost_accounts, topology,
};
use std::collections::BTreeSet;

const SPEC: &str = "firstAdministrator: {userName: admin, email: admin@example.org}, \
                    demoAccounts: [{userName: alice, email: alice@example.org}]";

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn seeded(topology: &Topology) -> Vec<String> {
    let account = topology.services.iter().find(|service| service.name == ServiceName::Account).unwrap();
    let Config::Account(account) = &account.process.config else { panic!("account") };
    account.demo_accounts.iter().map(|account| account.user_name.clone()).collect()
}

/// Proves: B-06.
#[test]
fn a_password_that_was_made_and_is_gone_is_lost_and_one_that_was_never_made_is_not() {
    let request = request(SPEC);
    let lost = |made: Option<&[&str]>, present: &[&str], volume: bool| {
        let previous = Previous { accounts: made.map(names), ..Previous::default() };
        lost_accounts(&request, &names(present), &previous, volume)
    };
    assert_eq!(lost(None, &[], false), names(&[]), "a new platform");
    assert_eq!(lost(Some(&[]), &[], true), names(&[]), "accounts that are asked for later");
    assert_eq!(lost(Some(&["admin"]), &["admin"], true), names(&[]), "and one more");
    assert_eq!(lost(Some(&["admin", "alice"]), &[], true), names(&["admin", "alice"]));
    assert_eq!(lost(Some(&["admin", "alice"]), &["admin"], true), names(&["alice"]));
    assert_eq!(lost(None, &[], true), names(&["admin", "alice"]), "the data is there, and nobody knows");
    assert_eq!(lost(None, &["admin", "alice"], true), names(&[]), "the status was lost and the Secret was not");
}

/// Proves: B-06.
#[test]
fn lost_first_passwords_are_told_and_not_made_anew_and_everything_goes_on() {
    let request = request(SPEC);
    let of = |lost: &[&str]| topology(&request, &Machine, &Known { lost_accounts: names(lost), ..Known::default() });
    assert_eq!(seeded(&of(&[])), ["admin", "alice"]);
    let topology = of(&["alice"]);
    assert_eq!(seeded(&topology), ["admin"], "the account is there: it needs no first password");
    let secret = topology.secrets.iter().find(|secret| secret.name == SecretName::Accounts).unwrap();
    assert_eq!(secret.entries.keys().collect::<Vec<_>>(), ["admin"]);
    let topology = of(&["admin", "alice"]);
    assert!(topology.secrets.iter().all(|secret| secret.name != SecretName::Accounts));

    let observed = settled(&topology);
    let facts = conditions(&request, &topology, &Steps::decide(&topology, &observed), &observed, Vec::new());
    let fact = |condition| facts.iter().find(|fact| fact.condition == condition).unwrap();
    assert!(fact(ConditionType::Ready).holds, "{facts:?}");
    let degraded = fact(ConditionType::Degraded);
    assert_eq!((degraded.holds, degraded.reason), (true, Reason::PasswordsLost));
    assert!(degraded.message.contains("acme-accounts") && degraded.message.contains("admin, alice"), "{degraded:?}");
}
