use super::{Alert, Severity};
use securechat_operator_api::status::Reason;

/// How urgent a reason is, and how long it may last before somebody is told. Nothing for what is well, or passes by itself.
const fn urgency(reason: Reason) -> Option<(Severity, &'static str)> {
    match reason {
        Reason::AllServing
        | Reason::AsAsked
        | Reason::Installing
        | Reason::RollingOut
        | Reason::Migrating
        | Reason::WaitingForDatabase
        | Reason::Provisioning
        | Reason::ContractPending
        | Reason::Contracting
        | Reason::WaitingForService
        | Reason::RotatingCredentials
        | Reason::Starting
        | Reason::Running
        | Reason::External
        | Reason::Configured
        | Reason::NotPaused => None,
        Reason::SecretLost => Some((Severity::Critical, "1m")),
        Reason::Unavailable => Some((Severity::Critical, "2m")),
        // Pods that start for the first time pull their images.
        Reason::ServiceUnavailable | Reason::RouteRefused => Some((Severity::Critical, "5m")),
        Reason::ProvisionFailed | Reason::MigrationFailed | Reason::MigrationsDiffer => Some((Severity::Warning, "1m")),
        Reason::CrdOutdated | Reason::SecretMissing | Reason::NameTaken | Reason::ApplyFailed => {
            Some((Severity::Warning, "5m"))
        }
        Reason::JumpRefused
        | Reason::RollbackRefused
        | Reason::InvalidSpec
        | Reason::UnknownVersion
        | Reason::PasswordsLost
        | Reason::GatewayApiMissing
        | Reason::RoutePending
        | Reason::CertManagerMissing => Some((Severity::Warning, "15m")),
        Reason::CertificatePending => Some((Severity::Warning, "30m")),
        Reason::ReleaseInvalid => Some((Severity::Info, "15m")),
        Reason::WaitingForApproval | Reason::ServiceStopped => Some((Severity::Info, "1h")),
        Reason::Paused => Some((Severity::Info, "4h")),
        Reason::NotConfigured => Some((Severity::Info, "1d")),
    }
}

pub(super) fn alerts() -> Vec<Alert> {
    let one = |reason: &Reason| urgency(*reason).map(|(severity, after)| alert(*reason, severity, after));
    Reason::ALL.iter().filter_map(one).collect()
}

/// Whichever of the conditions tells it, on whichever replica.
fn alert(reason: Reason, severity: Severity, after: &'static str) -> Alert {
    let word = reason.as_str();
    Alert {
        page: word.to_owned(),
        expr: format!("max by (namespace, name) (securechat_operator_condition{{reason=\"{word}\"}}) > 0"),
        after,
        severity,
        place: "SecureChat {{ $labels.namespace }}/{{ $labels.name }}",
        meaning: reason.meaning().to_owned(),
        who: reason.actor().describe(),
        look: "kubectl describe schat -n {{ $labels.namespace }} {{ $labels.name }}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_operator_api::status::Actor;

    /// Proves: P-15.
    #[test]
    fn there_is_an_alert_for_exactly_the_reasons_that_ask_for_somebody() {
        for reason in Reason::ALL {
            assert_eq!(urgency(*reason).is_some(), reason.actor() != Actor::Nobody, "{reason:?}");
        }
    }
}
