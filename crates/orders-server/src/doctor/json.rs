//! What was found, as a program reads it: one document.

use orders_domain::audit::{Difference, Remedy};
use serde_json::{Value, json};

use super::Report;

/// The document: all kinds of which something was found, how many of each, and the first of them.
pub fn document(report: &Report, repaired: Option<u64>) -> Value {
    let shown = |difference: &Difference| json!({"subject": difference.subject, "found": difference.found});
    let kinds: Vec<_> = report
        .found
        .kinds()
        .map(|(kind, count, first)| {
            let (repairable, remedy) = match kind.remedy() {
                Remedy::Repaired(how) => (true, how),
                Remedy::Left(what) => (false, what),
            };
            json!({
                "kind": kind.as_str(),
                "count": count,
                "about": kind.about(),
                "repairable": repairable,
                "remedy": remedy,
                "first": first.iter().map(shown).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "database": report.database,
        "clean": report.is_clean(),
        "orders": report.orders,
        "differences": report.found.count(),
        "repaired": repaired,
        "kinds": kinds,
    })
}
