//! All metrics of the operator.

securechat_metrics::declare! {
    /// Which release of the operator runs: always 1.
    BUILD_INFO: Gauge("securechat_operator_build_info", "none", "version" = "the release");
    /// 1 while this process leads. One of all replicas does.
    LEADER: Gauge("securechat_operator_leader", "none");
    /// SecureChat resources known.
    RESOURCES: Gauge("securechat_operator_resources", "resources");
    /// Objects known that belong to SecureChat resources.
    CHILDREN: Gauge("securechat_operator_children", "objects", "kind" = "the kind of object");
    /// The conditions that each resource's status tells, as they are when the metrics are read: always 1. What a reason means stands in reasons.md.
    CONDITION: Gauge("securechat_operator_condition", "none",
        "namespace" = "the resource's namespace", "name" = "its name", "type" = "the condition, such as `Ready`",
        "status" = "`True` or `False`", "reason" = "why, a word of reasons.md");
    /// Looks at a resource that ended.
    RECONCILES: Counter("securechat_operator_reconciles_total", "looks",
        "result" = "`done`, or why it has to be looked at again: `read`, `write`, `preview`, `slow`, `render`, `not_leader`, `name_taken`, `ending`, `crd_outdated`, `secret_missing`");
    /// How long one look at a resource takes.
    RECONCILE_DURATION: Histogram("securechat_operator_reconcile_duration_seconds", "seconds");
    /// How long each step of a look takes.
    STEP_DURATION: Histogram("securechat_operator_step_duration_seconds", "seconds",
        "step" = "`dereference`, `judge`, `plan`, `render`, `apply` or `update_status`");
    /// How long a resource waits until it is looked at.
    QUEUE_WAIT: Histogram("securechat_operator_queue_wait_seconds", "seconds");
    /// Resources to be looked at.
    QUEUE_DEPTH: Gauge("securechat_operator_queue_depth", "resources",
        "state" = "`ready`, `running` or `waiting` (it failed, or changes too often)");
    /// How long the first of the ready resources has waited.
    QUEUE_LAG: Gauge("securechat_operator_queue_lag_seconds", "seconds");
    /// Time since a watch last showed that it is alive. Bookmarks count: half a minute is usual at rest.
    WATCH_AGE: Gauge("securechat_operator_watch_age_seconds", "seconds", "watch" = "the kind of object that is watched");
    /// Watches that broke. Each is begun again after a pause.
    WATCH_ERRORS: Counter("securechat_operator_watch_errors_total", "errors", "watch" = "the kind of object that is watched");
    /// Lists of all objects of a kind: one at the start, and one whenever a watch was too far behind.
    WATCH_LISTS: Counter("securechat_operator_watch_lists_total", "lists", "watch" = "the kind of object that is watched");
    /// Writes that were begun.
    WRITES: Counter("securechat_operator_writes_total", "writes",
        "kind" = "the kind of object",
        "action" = "`apply`, `create`, `complete` (a Secret), `delete`, `hold` (a number of pods), `touch` (a pod) or `status`");
    /// Steps of traces, where a collector is named. Dropped ones found too many waiting, refused ones were not taken by the collector.
    TRACE_STEPS: Counter("securechat_operator_trace_steps_total", "steps", "outcome" = "`sent`, `dropped` or `refused`");
    /// How long the API server takes to begin its answer.
    API_REQUESTS: Histogram("securechat_operator_api_request_duration_seconds", "seconds",
        "verb" = "`get`, `list`, `watch`, `create`, `update`, `patch`, `apply` or `delete`",
        "outcome" = "the status code, or `error` when there was no answer");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Kind;
    use crate::reconcile::ReconcileError;
    use std::collections::BTreeSet;

    #[test]
    fn they_are_named_as_prometheus_wants_it() {
        let faults: Vec<_> = ALL.iter().filter_map(|metric| Some((metric.name, metric.fault()?))).collect();
        assert!(faults.is_empty(), "{faults:?}");
        let names: BTreeSet<_> = ALL.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), ALL.len(), "each name stands for one metric");
    }

    #[test]
    fn the_guide_names_every_result_of_a_look() {
        let slow = ReconcileError::Slow(Kind::Secret.to_string());
        let ending = ReconcileError::Ending(String::new());
        for error in [slow, ending, ReconcileError::CrdOutdated] {
            let word = format!("`{}`", error.category());
            assert!(RECONCILES.0.labels[0].meaning.contains(&word), "{word}");
        }
    }

    /// The page that people read is made from the declarations.
    #[test]
    fn the_operations_guide_lists_every_metric() {
        let programs = [
            ("The operator", "Port `8080` of its pods.", ALL),
            ("The services", "Port `8082` of their pods.", securechat_metrics::services::ALL),
        ];
        let page = securechat_metrics::page::page(&programs);
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations/metrics.md");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(found == page, "{path} is out of date: make gen");
    }
}
