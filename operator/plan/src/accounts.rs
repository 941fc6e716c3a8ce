//! First passwords of people: what they open is made once, when an account is. New ones would open nothing, so that lost
//! ones are told and not made anew.

use crate::{Previous, Request};
use std::collections::BTreeSet;

/// The accounts whose first password the operator makes.
pub(crate) fn accounts(request: &Request) -> BTreeSet<String> {
    let spec = &request.spec;
    let administrator = spec.first_administrator.iter().filter(|a| a.password_secret.is_none());
    let people = spec.demo_accounts.iter().map(|a| &a.user_name).chain(administrator.map(|a| &a.user_name));
    people.cloned().collect()
}

/// Those whose password was made and is not there any more. Where the status has forgotten which were made, and there is a
/// database but no password at all, all were.
pub fn lost_accounts(
    request: &Request,
    present: &BTreeSet<String>,
    previous: &Previous,
    database_volume: bool,
) -> BTreeSet<String> {
    let made = |name: &String| match &previous.accounts {
        Some(made) => made.contains(name),
        None => database_volume && present.is_empty(),
    };
    accounts(request).into_iter().filter(|name| !present.contains(name) && made(name)).collect()
}
