use super::{Alert, Severity};

const CLUSTER: &str = "whoever runs the cluster";
const DEVELOPERS: &str = "the makers of the release";

/// What is told of one part of a platform.
const PART: &str = "SecureChat {{ $labels.namespace }}/{{ $labels.securechat }}, {{ $labels.component }}";
const PODS: &str = "kubectl get pods -n {{ $labels.namespace }} -l app.kubernetes.io/instance={{ $labels.securechat }}";
const LOG: &str = "kubectl logs -n {{ $labels.namespace }} deploy/{{ $labels.securechat }}-{{ $labels.component }}";
const OPERATOR: &str = "SecureChat operator in {{ $labels.namespace }}";
const OPERATOR_LOG: &str =
    "kubectl logs -n {{ $labels.namespace }} -l app.kubernetes.io/name=securechat-operator --prefix --tail=50";

/// How often something was counted in the last hour, also where it was never counted before: a series that has just
/// appeared has not increased yet.
fn counted(series: &str, by: &str) -> String {
    format!("sum by ({by}) (increase({series}[1h])) > 0 or sum by ({by}) ({series} unless {series} offset 1h) > 0")
}

fn alert(page: &str, after: &'static str, severity: Severity, expr: String, meaning: &str) -> Alert {
    let (page, meaning) = (page.to_owned(), meaning.to_owned());
    Alert { page, expr, after, severity, place: PART, meaning, who: CLUSTER, look: PODS }
}

pub(super) fn alerts() -> Vec<Alert> {
    [of_platforms(), of_the_operator()].concat()
}

fn of_platforms() -> Vec<Alert> {
    use Severity::{Critical, Warning};
    let edge = "rate(envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix=\"edge\"";
    let edge_errors = format!(
        "sum by (namespace, securechat) ({edge}, envoy_response_code_class=\"5\"}}[5m])) \
         / sum by (namespace, securechat) ({edge}}}[5m])) > 0.05"
    );
    let slow = "histogram_quantile(0.99, sum by (namespace, securechat, component, le) (rate(\
                securechat_http_request_duration_seconds_bucket{listener=\"public\", component!=\"messaging\"}[5m]))) > 2";
    let dependency = "min by (namespace, securechat, component, dependency) (securechat_dependency_up) == 0";
    let outbox = "max by (namespace, securechat, component) (securechat_outbox_oldest_event_age_seconds) > 60";
    let restarts = "max by (namespace, securechat, component, pod) (changes(process_start_time_seconds{securechat!=\"\"}[15m])) > 2";
    let parked =
        counted("securechat_events_handled_total{outcome=\"parked\"}", "namespace, securechat, component, queue, type");
    let mails = counted("securechat_mails_total{outcome=\"given_up\"}", "namespace, securechat, component");
    vec![
        Alert {
            place: "SecureChat {{ $labels.namespace }}/{{ $labels.securechat }}",
            ..alert("EdgeErrors", "5m", Critical, edge_errors, "More than one of twenty requests fails at the gateway.")
        },
        alert(
            "SlowAnswers",
            "10m",
            Warning,
            slow.to_owned(),
            "One of a hundred requests takes longer than two seconds.",
        ),
        Alert {
            place: "SecureChat {{ $labels.namespace }}/{{ $labels.securechat }}, {{ $labels.component }} and its {{ $labels.dependency }}",
            ..alert(
                "DependencyDown",
                "2m",
                Critical,
                dependency.to_owned(),
                "A service does not reach what it depends on.",
            )
        },
        alert("OutboxLag", "3m", Critical, outbox.to_owned(), "Events wait for more than a minute to leave a service."),
        Alert {
            place: "SecureChat {{ $labels.namespace }}/{{ $labels.securechat }}, {{ $labels.component }}, {{ $labels.type }}",
            who: DEVELOPERS,
            look: LOG,
            ..alert(
                "EventsParked",
                "0m",
                Warning,
                parked,
                "A service could not handle an event, and put it aside for a person.",
            )
        },
        Alert {
            look: LOG,
            ..alert("MailsGivenUp", "0m", Warning, mails, "A mail could not be sent, and is not tried again.")
        },
        Alert {
            look: "kubectl logs -n {{ $labels.namespace }} {{ $labels.pod }} --previous",
            ..alert("RestartLoop", "0m", Warning, restarts.to_owned(), "A process ends again and again.")
        },
    ]
}

fn of_the_operator() -> Vec<Alert> {
    let alert = |page, after, expr: &str, meaning| Alert {
        place: OPERATOR,
        look: OPERATOR_LOG,
        ..alert(page, after, Severity::Warning, expr.to_owned(), meaning)
    };
    vec![
        alert(
            "OperatorNotLeading",
            "5m",
            "max by (namespace, job) (securechat_operator_leader) == 0 or absent(securechat_operator_leader)",
            "No operator leads: what breaks stays broken, and what is asked for is not done.",
        ),
        alert(
            "OperatorWatchStale",
            "2m",
            "max by (namespace, pod, watch) (securechat_operator_watch_age_seconds) > 120",
            "The operator does not hear of changes of a kind of object.",
        ),
        alert(
            "OperatorFails",
            "30m",
            "sum by (namespace, job, result) (rate(securechat_operator_reconciles_total{result=~\"read|write|preview|slow|render\"}[10m])) > 0",
            "The operator cannot finish its work on a resource, and tries again.",
        ),
    ]
}
