//! What applying a resource would change in a cluster.

use super::diff::unified;
use crate::fence::Fence;
use crate::kinds::Kind;
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::reconcile::{Context, Foreseen, foresee};
use crate::store::{Key, Store};
use crate::watch::{Listed, Watching, list_children, list_releases};
use anyhow::Context as _;
use kube::Client;
use kube::api::{Api, PostParams};
use securechat_kernel::{SystemClock, SystemRandom};
use securechat_operator_api::SecureChat;
use securechat_operator_api::spec::Approval;
use securechat_operator_plan::{MigrationFile, Releases, ServiceChange};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

/// A plan for a person.
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) outcome: Outcome,
}

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Nothing,
    Changes,
    Trouble,
}

/// Asks the cluster.
pub(super) async fn plan(client: Client, resource: SecureChat) -> anyhow::Result<Answer> {
    let key = Key {
        namespace: resource.metadata.namespace.clone().unwrap_or_default(),
        name: resource.metadata.name.clone().unwrap_or_default(),
    };
    let asked = match as_stored(&client, &key, resource).await {
        Ok(asked) => asked,
        Err(kube::Error::Api(status)) if matches!(status.code, 400 | 422) => {
            let text = format!("The API server would refuse the resource: {}\n", status.message);
            return Ok(Answer { text, outcome: Outcome::Trouble });
        }
        Err(error) => {
            return Err(error).context("the cluster cannot be asked (--offline plans without one)");
        }
    };
    let context = context(client, &key, asked.clone()).await?;
    let foreseen = foresee(&context, &key, &asked).await?;
    Ok(Answer { text: text(&key, &asked, &foreseen)?, outcome: outcome(&foreseen) })
}

/// The resource as the API server would store it, with what its rules and defaults make of it.
async fn as_stored(client: &Client, key: &Key, resource: SecureChat) -> Result<SecureChat, kube::Error> {
    let api: Api<SecureChat> = Api::namespaced(client.clone(), &key.namespace);
    let dry = PostParams { dry_run: true, ..PostParams::default() };
    let Some(mut live) = api.get_opt(&key.name).await? else { return api.create(&dry, &resource).await };
    let annotations = resource.metadata.annotations.into_iter().flatten();
    live.metadata.annotations.get_or_insert_default().extend(annotations);
    live.spec = resource.spec;
    let status = live.status.clone();
    let stored = api.replace(&key.name, &dry, &live).await?;
    Ok(SecureChat { status, ..stored })
}

/// What the operator would know, read once. The fence stays closed: nothing can be written by way of it.
async fn context(client: Client, key: &Key, resource: SecureChat) -> anyhow::Result<Context> {
    let (store, metrics) = (Arc::new(Store::default()), Arc::new(Metrics::default()));
    let watching = Watching {
        client: client.clone(),
        namespace: Some(key.namespace.clone()),
        store: Arc::clone(&store),
        queue: Arc::new(Queue::default()),
        metrics: Arc::clone(&metrics),
        listed: tokio::sync::watch::channel(Listed::new()).0,
    };
    store.see_resource(key.clone(), serde_json::from_value(serde_json::to_value(resource)?)?);
    list_releases(watching.clone()).await?;
    for kind in Kind::ALL {
        list_children(kind, watching.clone()).await?;
    }
    let fence = Arc::new(Fence::new(Duration::ZERO));
    let (random, clock) = (Arc::new(SystemRandom), Arc::new(SystemClock));
    Ok(Context::new(client, "plan", store, Releases::built_in()?, (metrics, fence), (random, clock)))
}

fn outcome(foreseen: &Foreseen) -> Outcome {
    if !foreseen.troubles.is_empty() {
        Outcome::Trouble
    } else if foreseen.plan.as_ref().is_some_and(|(_, change)| change.is_something())
        || !foreseen.preview.objects.is_empty()
    {
        Outcome::Changes
    } else {
        Outcome::Nothing
    }
}

fn text(key: &Key, asked: &SecureChat, foreseen: &Foreseen) -> anyhow::Result<String> {
    let mut text = format!("SecureChat {} in {}\n", key.name, key.namespace);
    if let Some((told, change)) = &foreseen.plan {
        writeln!(text, "plan {}: {}", told.hash, told.summary)?;
        let services: Vec<_> = change.services.iter().filter(|service| service.is_something()).collect();
        if !services.is_empty() {
            text += "\nservices\n";
        }
        for service in services {
            append_service(&mut text, service)?;
        }
    }
    let objects = &foreseen.preview.objects;
    if !objects.is_empty() {
        text += "\nobjects\n";
    }
    for object in objects {
        let replaced = if object.replaces_pods() { " (its pods are replaced)" } else { "" };
        writeln!(text, "  {} {} {}{replaced}", object.sign.as_char(), object.kind, object.name)?;
    }
    for object in objects.iter().filter(|object| object.after.is_some()) {
        let diff = unified(object.kind, &object.name, object.before.as_ref(), object.after.as_ref())?;
        write!(text, "\n{diff}")?;
    }
    if !foreseen.troubles.is_empty() {
        text += "\nagainst it\n";
    }
    for trouble in &foreseen.troubles {
        writeln!(text, "  {trouble}")?;
    }
    let upgrade = &asked.spec.upgrade;
    if let Some((told, _)) = foreseen.plan.as_ref().filter(|_| outcome(foreseen) == Outcome::Changes)
        && upgrade.approval == Approval::Manual
        && upgrade.approved_plan.as_ref() != Some(&told.hash)
    {
        write!(text, "\nIt would wait for approval: say spec.upgrade.approvedPlan: {} in the resource.\n", told.hash)?;
    }
    Ok(text)
}

fn append_service(text: &mut String, service: &ServiceChange) -> std::fmt::Result {
    let from = service.from.as_deref().filter(|from| *from != service.to);
    let way = from.map_or_else(|| service.to.clone(), |from| format!("{from} to {}", service.to));
    let after: Vec<_> = service.after.iter().map(ToString::to_string).collect();
    let after = if after.is_empty() { String::new() } else { format!(", after {}", after.join(" and ")) };
    writeln!(text, "  {} {way}{after}", service.name)?;
    let mut file = |file: &MigrationFile, when: &str| {
        writeln!(text, "    {} ({}, checksum {}){when}", file.script, file.class.as_str(), file.checksum)
    };
    service.before.iter().try_for_each(|f| file(f, ""))?;
    service.last.iter().try_for_each(|f| file(f, ", last: when everything runs the new release"))
}
