//! A plan as people read it.

use super::preview::{Difference, Preview, Sign};
use crate::store::Key;
use securechat_operator_api::spec::UpgradeSpec;
use securechat_operator_api::status::{PlanState, PlanStatus, PlannedMigration, ServicePlanStatus};
use securechat_operator_plan::{Change, MigrationFile, ServiceChange};

/// So many objects are named; a first installation makes fewer.
const NAMED: usize = 200;

/// A plan for the status.
pub(super) fn plan_status(change: &Change, preview: &Preview, hash: &str) -> PlanStatus {
    let restarts = preview.objects.iter().filter(|object| object.replaces_pods()).map(|object| object.name.clone());
    let restarts: Vec<_> = restarts.collect();
    let named = |object: &Difference| format!("{} {} {}", object.sign.as_char(), object.kind, object.name);
    let mut objects: Vec<_> = preview.objects.iter().map(named).collect();
    if objects.len() > NAMED {
        let more = objects.len() - NAMED;
        objects.truncate(NAMED);
        objects.push(format!("and {more} more"));
    }
    PlanStatus {
        hash: hash.to_owned(),
        state: PlanState::Waiting,
        version: change.version.clone(),
        summary: summary(change, preview, restarts.len()),
        services: change.services.iter().filter(|service| service.is_something()).map(service).collect(),
        objects,
        restarts,
        troubles: preview.troubles.clone(),
    }
}

fn summary(change: &Change, preview: &Preview, restarts: usize) -> String {
    let mut from: Vec<_> = change.services.iter().filter_map(|service| service.from.as_deref()).collect();
    from.sort_unstable();
    from.dedup();
    from.retain(|version| *version != change.version);
    let way = match from.as_slice() {
        [] => change.version.clone(),
        from => format!("{} to {}", from.join(" and "), change.version),
    };
    let count = |sign: Sign| preview.objects.iter().filter(|object| object.sign == sign).count();
    let last: usize = change.services.iter().map(|service| service.last.len()).sum();
    let migrations: usize = change.services.iter().map(|service| service.before.len()).sum::<usize>() + last;
    let mut parts = Vec::new();
    let mut add = |n: usize, text: String| (n > 0).then(|| parts.push(text));
    add(
        migrations,
        format!(
            "{}{}",
            counted(migrations, "migration"),
            if last > 0 { format!(" ({last} of them last)") } else { String::new() }
        ),
    );
    add(count(Sign::Made), format!("{} made", counted(count(Sign::Made), "object")));
    add(count(Sign::Changed), format!("{} changed", count(Sign::Changed)));
    add(count(Sign::Deleted), format!("{} deleted", count(Sign::Deleted)));
    add(restarts, format!("{} replaced", counted(restarts, "part")));
    if parts.is_empty() {
        parts.push("no object differs".to_owned());
    }
    format!("{way}: {}", parts.join(", "))
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn service(change: &ServiceChange) -> ServicePlanStatus {
    let planned = |last| {
        move |file: &MigrationFile| PlannedMigration {
            script: file.script.clone(),
            checksum: file.checksum,
            class: file.class,
            last,
        }
    };
    let (before, last) = (change.before.iter().map(planned(false)), change.last.iter().map(planned(true)));
    ServicePlanStatus {
        name: change.name.to_string(),
        from: change.from.clone(),
        to: change.to.clone(),
        after: change.after.iter().map(ToString::to_string).collect(),
        migrations: before.chain(last).collect(),
    }
}

/// That a plan waits, and what to type.
pub(super) fn command(key: &Key, plan: &PlanStatus, upgrade: &UpgradeSpec) -> String {
    let hash = &plan.hash;
    let stale = match &upgrade.approved_plan {
        Some(other) => format!(" (spec.upgrade.approvedPlan names {other}, which is another one)"),
        None => String::new(),
    };
    format!(
        "plan {hash} waits for approval{stale}: {}. To approve it: kubectl patch schat {} -n {} --type merge -p \
         '{{\"spec\":{{\"upgrade\":{{\"approvedPlan\":\"{hash}\"}}}}}}'",
        plan.summary, key.name, key.namespace
    )
}
