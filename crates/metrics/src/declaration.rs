/// What is known of a metric before anything is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declaration {
    /// The name. It ends in the unit where that is one, and a counter's in `_total`.
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// What it is counted in.
    pub unit: &'static str,
    /// What it says, in a sentence.
    pub help: &'static str,
    /// By what it is told apart.
    pub labels: &'static [Label],
}

/// A label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub meaning: &'static str,
}

/// Something that only grows.
#[derive(Debug, Clone, Copy)]
pub struct Counter(pub Declaration);

/// Something that goes up and down.
#[derive(Debug, Clone, Copy)]
pub struct Gauge(pub Declaration);

/// How long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Histogram(pub Declaration);

impl Counter {
    /// What Prometheus calls it.
    pub const KIND: &'static str = "counter";
}

impl Gauge {
    /// What Prometheus calls it.
    pub const KIND: &'static str = "gauge";
}

impl Histogram {
    /// What Prometheus calls it.
    pub const KIND: &'static str = "histogram";
}

impl Declaration {
    /// What is wrong with it, in the conventions of Prometheus.
    pub fn fault(&self) -> Option<&'static str> {
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let stem = self.name.strip_suffix("_total").unwrap_or(self.name);
        let base = matches!(self.unit, "seconds" | "bytes");
        if !self.name.starts_with("securechat_") || !plain(self.name) {
            Some("the name is not securechat_ and lower case words")
        } else if (self.kind == Counter::KIND) != self.name.ends_with("_total") {
            Some("counters end in _total, and nothing else does")
        } else if base && !stem.ends_with(self.unit) {
            Some("the name does not end in its unit")
        } else if !self.help.ends_with('.') || self.labels.iter().any(|label| label.meaning.is_empty()) {
            Some("it is not explained")
        } else if self.labels.iter().any(|label| !plain(label.name) || label.name == "le") {
            Some("a label's name is none")
        } else {
            None
        }
    }
}

/// Declares a program's metrics: a constant each, and `ALL` of them. The doc comment is the help text.
#[macro_export]
macro_rules! declare {
    ($(#[doc = $help:literal] $id:ident: $kind:ident($name:literal, $unit:literal $(, $label:literal = $meaning:literal)*);)*) => {
        $(
            #[doc = $help]
            pub const $id: $crate::$kind = $crate::$kind($crate::Declaration {
                name: $name,
                kind: $crate::$kind::KIND,
                unit: $unit,
                help: $help.trim_ascii(),
                labels: &[$($crate::Label { name: $label, meaning: $meaning }),*],
            });
        )*
        /// All of them.
        pub const ALL: &[$crate::Declaration] = &[$($id.0),*];
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services;
    use std::collections::BTreeSet;

    #[test]
    fn the_metrics_of_services_are_named_as_prometheus_wants_it() {
        let faults: Vec<_> = services::ALL.iter().filter_map(|m| Some((m.name, m.fault()?))).collect();
        assert!(faults.is_empty(), "{faults:?}");
        let names: BTreeSet<_> = services::ALL.iter().map(|m| m.name).collect();
        assert_eq!(names.len(), services::ALL.len(), "each name stands for one metric");
    }

    #[test]
    fn a_name_that_prometheus_would_not_want_is_told() {
        let good = services::HTTP_REQUESTS.0;
        assert_eq!(good.fault(), None);
        for name in ["securechat_wait", "securechat_wait_seconds_total", "securechat_Wait_seconds", "wait_seconds"] {
            assert!(Declaration { name, ..good }.fault().is_some(), "{name}");
        }
        assert!(Declaration { help: "", ..good }.fault().is_some());
    }
}
