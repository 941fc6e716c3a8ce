//! The page of the operations guide.

use crate::Declaration;
use std::fmt::Write as _;

const HEAD: &str = "<!-- Generated from crates/metrics/src/services.rs and operator/controller/src/metrics/declared.rs: make gen -->
# Metrics

Every process answers `/metrics` in Prometheus' text format: services on their admin port, the operator on the port of its
probes. Durations are histograms in seconds, all with the same buckets from 1 ms to 30 s. Beside these there are
`process_cpu_seconds_total`, `process_resident_memory_bytes`, `process_open_fds`, `process_max_fds`, `process_threads` and
`process_start_time_seconds` of every process.

A series of a counter or histogram with labels appears when it is first counted, unless its values are few and known.
";

/// A page with a part for each program: its title, a sentence, and its metrics.
pub fn page(programs: &[(&str, &str, &[Declaration])]) -> String {
    let mut text = HEAD.to_owned();
    for (title, sentence, metrics) in programs {
        let _ = write!(text, "\n## {title}\n\n{sentence}\n\n| Metric | Type | Unit | Labels | What it says |\n");
        text.push_str("| --- | --- | --- | --- | --- |\n");
        for metric in *metrics {
            let labels = metric.labels.iter().map(|label| format!("`{}`: {}", label.name, label.meaning));
            let labels = labels.collect::<Vec<_>>().join("<br>");
            let Declaration { name, kind, unit, help, .. } = metric;
            let _ = writeln!(text, "| `{name}` | {kind} | {unit} | {labels} | {help} |");
        }
    }
    text
}
