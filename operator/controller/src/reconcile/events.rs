//! One Event per fact: when a condition changes to something that a person may want to know.

use super::Context;
use crate::client::said;
use crate::store::Key;
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta};
use kube::runtime::events::{Event, EventType, Reporter};
use kube::{Client, Resource as _};
use securechat_operator_api::SecureChat;
use securechat_operator_api::status::{ConditionType, Reason};
use securechat_operator_render::names;
use std::sync::{Mutex, PoisonError};

/// kube's recorder keeps every Event of six minutes in memory, to tell a repeated one as a series: of so many at most.
const REMEMBERED: usize = 500;

pub(super) struct Recorder {
    client: Client,
    reporter: Reporter,
    /// With the number of Events that it has published.
    current: Mutex<(usize, kube::runtime::events::Recorder)>,
}

impl Recorder {
    pub(super) fn new(client: Client, identity: &str) -> Self {
        let reporter = Reporter { controller: names::MANAGER.to_owned(), instance: Some(identity.to_owned()) };
        let current = Mutex::new((0, kube::runtime::events::Recorder::new(client.clone(), reporter.clone())));
        Self { client, reporter, current }
    }

    /// For one Event.
    fn next(&self) -> kube::runtime::events::Recorder {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.0 == REMEMBERED {
            *current = (0, kube::runtime::events::Recorder::new(self.client.clone(), self.reporter.clone()));
        }
        current.0 += 1;
        current.1.clone()
    }
}

/// Events are a courtesy: one that cannot be published is logged and not tried again.
pub(super) async fn publish(
    context: &Context,
    key: &Key,
    meta: &ObjectMeta,
    before: &[Condition],
    after: &[Condition],
) {
    let reference = ObjectReference {
        api_version: Some(SecureChat::api_version(&()).into_owned()),
        kind: Some(SecureChat::kind(&()).into_owned()),
        name: Some(key.name.clone()),
        namespace: Some(key.namespace.clone()),
        uid: meta.uid.clone(),
        ..ObjectReference::default()
    };
    for condition in after {
        let former = before.iter().find(|c| c.type_ == condition.type_);
        let Some(type_) = worth_telling(former, condition) else { continue };
        let Ok(limit) = context.writer_may_write() else { return };
        let event = Event {
            type_,
            reason: condition.reason.clone(),
            note: Some(condition.message.chars().take(1_000).collect()),
            action: condition.type_.clone(),
            secondary: job(key, condition),
        };
        let recorder = context.recorder.next();
        let published = recorder.publish(&event, &reference);
        match tokio::time::timeout(limit, published).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = said(&error), "an Event was not published"),
            Err(_) => tracing::warn!("an Event was not published in time"),
        }
    }
}

/// The Job that a failure names. It tells one failure from the next, which would be counted as the same otherwise.
fn job(key: &Key, condition: &Condition) -> Option<ObjectReference> {
    if condition.type_ != ConditionType::MigrationsCurrent.as_str() || condition.status == "True" {
        return None;
    }
    let name = condition.message.split_whitespace().skip_while(|word| *word != "Job").nth(1)?;
    Some(ObjectReference {
        api_version: Some("batch/v1".to_owned()),
        kind: Some("Job".to_owned()),
        name: Some(name.to_owned()),
        namespace: Some(key.namespace.clone()),
        ..ObjectReference::default()
    })
}

/// Ready becoming true, something becoming wrong or whole again, each failed migration. What merely takes its time is
/// told by the conditions alone.
fn worth_telling(former: Option<&Condition>, condition: &Condition) -> Option<EventType> {
    let is = |type_: ConditionType| condition.type_ == type_.as_str();
    let changed = former.is_none_or(|f| f.status != condition.status || f.reason != condition.reason);
    let flipped = former.is_some_and(|f| f.status != condition.status);
    let holds = condition.status == "True";
    let failed = [Reason::MigrationFailed, Reason::ProvisionFailed].iter().any(|r| r.as_str() == condition.reason);
    if is(ConditionType::MigrationsCurrent) && failed {
        let same = former.is_some_and(|f| f.reason == condition.reason && f.message == condition.message);
        (!same).then_some(EventType::Warning)
    } else if !changed {
        None
    } else if is(ConditionType::Ready) {
        holds.then_some(EventType::Normal)
    } else if is(ConditionType::Degraded) {
        // A failed migration was told already, with all that is known of it.
        (holds && !failed).then_some(EventType::Warning)
    } else if is(ConditionType::Progressing) {
        // That a plan waits is told once: somebody has to read it.
        (condition.reason == Reason::WaitingForApproval.as_str()).then_some(EventType::Normal)
    } else if is(ConditionType::MailReady) {
        None
    } else if is(ConditionType::MigrationsCurrent) {
        holds.then_some(EventType::Normal)
    } else if is(ConditionType::Paused) {
        (flipped || holds).then_some(EventType::Normal)
    } else {
        match (holds, flipped) {
            (true, _) => Some(EventType::Normal),
            (false, true) => Some(EventType::Warning),
            (false, false) => None,
        }
    }
}
