//! The releases that can be asked for in a namespace: those built into the operator, and those that ConfigMaps there
//! describe.

use super::Context;
use securechat_operator_api::status::Reason;
use securechat_operator_plan::{Releases, Trouble};

/// The releases of a namespace.
pub(super) struct Known {
    /// All that can be used.
    pub(super) releases: Releases,
    /// Those that cannot.
    pub(super) troubles: Vec<Trouble>,
    /// Another number when it is not the same any more.
    pub(super) changes: u64,
}

pub(super) fn known(context: &Context, namespace: &str) -> Known {
    let (changes, described) = context.store.releases(namespace);
    let (mut releases, mut troubles) = (context.releases.clone(), Vec::new());
    for (map, said) in described {
        let fault = match said {
            Ok(release) => match releases.add(&release) {
                Ok(()) => continue,
                Err(_) => format!("release {} is described otherwise already, and stays as it was", release.version),
            },
            Err(fault) => fault,
        };
        troubles.push(Trouble::aside(Reason::ReleaseInvalid, format!("ConfigMap {map}: {fault}")));
    }
    Known { releases, troubles, changes }
}
