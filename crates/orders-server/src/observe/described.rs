//! What every number of the program is, as `/metrics` says it. The page on operations has the same names.

use metrics::{describe_counter, describe_gauge, describe_histogram};

/// What kind of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Every number that the program counts itself.
const NUMBERS: [(&str, Kind, &str); 17] = [
    ("orders_http_requests_total", Kind::Counter, "Answered requests by route and status"),
    ("orders_http_request_seconds", Kind::Histogram, "Time from the head to the answer, by route"),
    ("orders_status_reached_total", Kind::Counter, "Orders that came to a status"),
    ("orders_write_queue_depth", Kind::Gauge, "Writes that wait for the writer"),
    ("orders_write_batch_size", Kind::Histogram, "Writes committed together"),
    ("orders_write_commit_seconds", Kind::Histogram, "Time of a batch, its flush included"),
    ("orders_read_connections", Kind::Gauge, "Open read connections"),
    ("orders_read_connections_idle", Kind::Gauge, "Open read connections that rest"),
    ("orders_replica_reads_total", Kind::Counter, "Lists asked of the replica, by outcome"),
    (
        "orders_delivery_lag_seconds",
        Kind::Gauge,
        "Age of the oldest event that was not tried yet, by consumer",
    ),
    (
        "orders_delivery_lag_events",
        Kind::Gauge,
        "Ids of events between the cursor and the newest, by consumer",
    ),
    ("orders_delivery_outcomes_total", Kind::Counter, "Tries by consumer and by what came of them"),
    ("orders_delivery_attempt_seconds", Kind::Histogram, "Time of a try, by kind of consumer"),
    ("orders_delivery_pruned_total", Kind::Counter, "Rows of the log of deliveries that were forgotten"),
    ("orders_worker_failures_total", Kind::Counter, "Failures of tasks of the worker"),
    ("orders_worker_panics_total", Kind::Counter, "Panics of tasks of the worker"),
    ("orders_trace_spans_total", Kind::Counter, "Spans sent to the collector of traces, and lost on the way"),
];

/// Has the numbers say what they are.
pub fn describe() {
    for (name, kind, about) in NUMBERS {
        match kind {
            Kind::Counter => describe_counter!(name, about),
            Kind::Gauge => describe_gauge!(name, about),
            Kind::Histogram => describe_histogram!(name, about),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use serde_json::Value;

    use super::*;
    use crate::observe::process;

    fn page(name: &str) -> String {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        fs::read_to_string(docs.join(name)).unwrap()
    }

    /// Every number with its kind, those of the process included.
    fn numbers() -> BTreeSet<(String, String)> {
        let own = NUMBERS.iter().map(|(name, kind, _)| (*name, format!("{kind:?}").to_lowercase()));
        let of_process = process::NUMBERS.iter().map(|(name, kind, _)| (*name, (*kind).to_owned()));
        own.chain(of_process).map(|(name, kind)| (name.to_owned(), kind)).collect()
    }

    /// The names in a text that begin like ours, without what Prometheus adds to those of histograms.
    fn named(text: &str) -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let is_ours = |word: &&str| word.starts_with("orders_") || word.starts_with("process_");
        let base = |word: &str| {
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end));
            base.unwrap_or(word).to_owned()
        };
        words.filter(is_ours).map(base).collect()
    }

    #[test]
    fn the_page_on_operations_has_the_same_numbers() {
        let page = page("operations.md");
        let rows = page.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
            let kind = rest.split(' ').next()?;
            ["counter", "gauge", "histogram"].contains(&kind).then(|| (name.to_owned(), kind.to_owned()))
        });
        assert_eq!(rows.collect::<BTreeSet<_>>(), numbers());
    }

    #[test]
    fn the_dashboard_shows_all_numbers_and_no_other() {
        let dashboard: Value = serde_json::from_str(&page("grafana-dashboard.json")).unwrap();
        let panels = dashboard["panels"].as_array().unwrap();
        let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
        let shown: BTreeSet<_> = targets.flat_map(|target| named(target["expr"].as_str().unwrap())).collect();
        let known: BTreeSet<_> = numbers().into_iter().map(|(name, _)| name).collect();
        assert_eq!(shown, known);
    }

    #[test]
    fn every_alert_asks_for_numbers_that_there_are_and_leads_to_what_to_watch() {
        let rules = page("prometheus-alerts.yml");
        let known: BTreeSet<_> = numbers().into_iter().map(|(name, _)| name).collect();
        let asked: BTreeSet<_> =
            rules.lines().filter(|line| line.trim_start().starts_with("expr:")).flat_map(named).collect();
        assert!(!asked.is_empty() && asked.is_subset(&known), "{asked:?}");
        let count = |text: &str| rules.matches(text).count();
        let (alerts, links) = (count("- alert: "), count("runbook_url: "));
        assert!(alerts > 0 && links == alerts, "{links} links in {alerts} alerts");
        assert_eq!(count("docs/operations.md#what-to-watch"), alerts);
    }
}
