//! The conditions of all resources. Written as text at once: kept as series they would take a tenth of the operator's
//! memory where there are a thousand resources.

use super::declared::CONDITION;
use crate::store::{Key, Told};
use std::fmt::Write as _;

pub(super) fn write(text: &mut String, told: &[(Key, Box<[Told]>)]) {
    let name = CONDITION.0.name;
    let _ = write!(text, "# HELP {name} {}\n# TYPE {name} {}\n", CONDITION.0.help, CONDITION.0.kind);
    for (key, conditions) in told {
        for Told { type_, holds, reason } in conditions {
            let status = if *holds { "True" } else { "False" };
            // None of these can have a character that would need a backslash.
            let _ = writeln!(
                text,
                "{name}{{namespace=\"{}\",name=\"{}\",type=\"{}\",status=\"{status}\",reason=\"{}\"}} 1",
                key.namespace,
                key.name,
                type_.as_str(),
                reason.as_str()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_operator_api::status::{ConditionType, Reason};

    #[test]
    fn each_condition_is_a_series_with_the_labels_that_are_declared() {
        let key = Key { namespace: "chat".into(), name: "acme".into() };
        let told = Told { type_: ConditionType::Ready, holds: false, reason: Reason::SecretLost };
        let mut text = String::new();
        write(&mut text, &[(key, Box::new([told]))]);
        let series = text.lines().last().unwrap();
        let expected = "securechat_operator_condition{namespace=\"chat\",name=\"acme\",type=\"Ready\",status=\"False\",reason=\"SecretLost\"} 1";
        assert_eq!(series, expected);
        let labels: Vec<_> = CONDITION.0.labels.iter().map(|label| format!("{}=", label.name)).collect();
        assert!(labels.iter().all(|label| series.contains(label)), "{labels:?}");
    }
}
