//! The operators' page, which says of each kind of difference what it means.

use std::{fs, path::Path};

use orders_domain::audit::{DifferenceKind, Remedy};

#[test]
fn the_page_has_the_table_of_the_kinds_of_differences() {
    let page = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md"));
    let page = fs::read_to_string(page).unwrap();
    let rows: Vec<_> =
        page.lines().filter(|line| line.contains("| left: ") || line.contains("| repaired: ")).collect();
    let expected: Vec<_> = DifferenceKind::all()
        .map(|kind| {
            let remedy = match kind.remedy() {
                Remedy::Repaired(how) => format!("repaired: {how}"),
                Remedy::Left(what) => format!("left: {what}"),
            };
            format!("| `{kind}` | {} | {remedy} |", kind.about())
        })
        .collect();
    assert_eq!(rows, expected);
}
