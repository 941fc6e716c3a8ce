use crate::{context::Context, names, pod};
use k8s_openapi::api::batch::v1::{
    Job, JobSpec, PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyOnPodConditionsPattern,
    PodFailurePolicyRule,
};
use k8s_openapi::api::core::v1::{Container, PodSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use securechat_operator_api::spec::Resources;
use securechat_operator_plan::JobPlan;
use std::collections::BTreeMap;

/// How often a pod that could not do its work (no database, no node) is tried again.
const TRIES: i32 = 6;
/// The program's way to say that trying again is of no use.
const FAILED_FOR_GOOD: i32 = 1;

/// The Job. What the program said last is kept as the pod's termination message.
pub(crate) fn build(context: Context<'_>, plan: &JobPlan) -> Job {
    let instance = context.instance();
    let mut metadata: ObjectMeta = context.named(plan.name.clone(), plan.task);
    let mut labels = names::instance_labels(instance);
    labels.insert(names::COMPONENT.to_owned(), plan.task.to_owned());
    if let Some(service) = plan.service {
        let service = (names::SERVICE.to_owned(), service.to_string());
        metadata.labels.get_or_insert_default().extend([service.clone()]);
        labels.extend([service]);
    }
    let volumes =
        std::iter::once(pod::config_volume(&plan.name)).chain(pod::secrets_volume(instance, &plan.secrets)).collect();
    let spec = PodSpec {
        service_account_name: Some(names::jobs_account(instance)),
        restart_policy: Some("Never".to_owned()),
        containers: vec![container(context, plan)],
        volumes: Some(volumes),
        ..PodSpec::default()
    };
    Job {
        metadata,
        spec: Some(JobSpec {
            backoff_limit: Some(TRIES),
            active_deadline_seconds: Some(i64::from(plan.deadline_seconds)),
            pod_failure_policy: Some(failure_policy(plan)),
            template: pod::template(labels, BTreeMap::new(), &context.topology.pull, spec),
            ..JobSpec::default()
        }),
        status: None,
    }
}

/// A pod that was evicted does not count. A migration that failed for good is not tried again: the second try would
/// only say that the first one failed.
fn failure_policy(plan: &JobPlan) -> PodFailurePolicy {
    let evicted = PodFailurePolicyRule {
        action: "Ignore".to_owned(),
        on_pod_conditions: Some(vec![PodFailurePolicyOnPodConditionsPattern {
            type_: "DisruptionTarget".to_owned(),
            status: "True".to_owned(),
        }]),
        on_exit_codes: None,
    };
    let failed = PodFailurePolicyRule {
        action: "FailJob".to_owned(),
        on_exit_codes: Some(PodFailurePolicyOnExitCodesRequirement {
            container_name: Some(plan.task.to_owned()),
            operator: "In".to_owned(),
            values: vec![FAILED_FOR_GOOD],
        }),
        on_pod_conditions: None,
    };
    PodFailurePolicy { rules: if plan.service.is_some() { vec![evicted, failed] } else { vec![evicted] } }
}

fn container(context: Context<'_>, plan: &JobPlan) -> Container {
    let mut args = plan.args.clone();
    args.extend(["--config".to_owned(), format!("{}/{}", names::CONFIG_DIR, names::CONFIG_FILE)]);
    args.extend(["--last-words".to_owned(), names::LAST_WORDS.to_owned()]);
    Container {
        command: Some(vec![names::PROGRAM.to_owned()]),
        args: Some(args),
        resources: Some(pod::resources(&Resources::default(), "50m", "64Mi", "256Mi")),
        volume_mounts: Some(vec![pod::mount("config", names::CONFIG_DIR), pod::mount("secrets", names::SECRETS_DIR)]),
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        ..pod::container(plan.task, &plan.image, &context.topology.pull)
    }
}
