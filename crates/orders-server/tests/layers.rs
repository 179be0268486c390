//! The walls between the crates, and the documents that are drawn from the code.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use orders_domain::{OrderStatus, ShipmentStatus};
use serde_json::Value;

/// What each crate must not name, not even for its tests.
const WALLS: [(&str, &[&str]); 5] = [
    ("orders-domain", &["actix", "diesel", "serde", "orders-"]),
    ("orders-adapters", &["actix", "clap", "orders-api", "orders-server"]),
    (
        "orders-worker",
        &["actix", "diesel", "serde", "reqwest", "lettre", "aws", "orders-api", "orders-server"],
    ),
    (
        "orders-api",
        &["diesel", "r2d2", "libsqlite3", "clap", "orders-adapters", "orders-console", "orders-server"],
    ),
    (
        "orders-console",
        &[
            "diesel",
            "r2d2",
            "libsqlite3",
            "clap",
            "reqwest",
            "orders-api",
            "orders-adapters",
            "orders-server",
        ],
    ),
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn no_crate_names_what_lies_beyond_its_walls() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    for (name, forbidden) in WALLS {
        let package = packages.iter().find(|package| package["name"] == name).unwrap();
        let dependencies = package["dependencies"].as_array().unwrap();
        assert!(!dependencies.is_empty());
        for dependency in dependencies {
            let dependency = dependency["name"].as_str().unwrap();
            let beyond = forbidden.iter().find(|prefix| dependency.starts_with(**prefix));
            assert_eq!(beyond, None, "{name} depends on {dependency}");
        }
    }
}

#[test]
fn the_readme_draws_the_status_graph_of_the_code() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let drawn = readme.split("```mermaid\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(drawn, Some(OrderStatus::mermaid().as_str()));
}

#[test]
fn the_page_on_shipping_draws_the_states_of_the_code() {
    let page = fs::read_to_string(root().join("docs/shipping.md")).unwrap();
    let drawn: Vec<_> =
        page.split("```mermaid\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(drawn, [OrderStatus::mermaid(), ShipmentStatus::mermaid()]);
}

#[test]
fn the_example_on_another_storage_adapter_stays_short() {
    let example = fs::read_to_string(root().join("crates/orders-server/examples/in_memory.rs")).unwrap();
    assert!(example.lines().count() < 40);
    assert!(example.contains("MemoryDatabase"));
}

/// Every room of the domain, the lower before the higher.
const ABOVE_GROUND: &[&str] = &[
    "identity",
    "event",
    "catalogue",
    "stock",
    "shipment",
    "order",
    "analytics",
    "feed",
    "delivery",
    "ledger",
    "service",
    "audit",
];

/// What the files of a room of the domain, those of the rooms within it, or of its ground, must not name: the
/// arrows go down.
const ROOMS: [(&str, &[&str]); 24] = [
    ("clock.rs", ABOVE_GROUND),
    ("code.rs", ABOVE_GROUND),
    ("failure.rs", ABOVE_GROUND),
    ("faults.rs", ABOVE_GROUND),
    ("id.rs", ABOVE_GROUND),
    ("invalid.rs", ABOVE_GROUND),
    ("money.rs", ABOVE_GROUND),
    ("number.rs", ABOVE_GROUND),
    ("page.rs", ABOVE_GROUND),
    ("patch.rs", ABOVE_GROUND),
    ("quantity.rs", ABOVE_GROUND),
    ("quoted.rs", ABOVE_GROUND),
    ("text.rs", ABOVE_GROUND),
    ("version.rs", ABOVE_GROUND),
    (
        "identity",
        &["event", "catalogue", "stock", "shipment", "order", "feed", "delivery", "ledger", "service"],
    ),
    (
        "event",
        &["identity", "catalogue", "stock", "shipment", "order", "feed", "delivery", "ledger", "service"],
    ),
    ("catalogue", &["identity", "stock", "shipment", "order", "feed", "delivery", "ledger", "service"]),
    ("stock", &["identity", "shipment", "order", "feed", "delivery", "ledger", "service"]),
    ("shipment", &["identity", "event", "order", "feed", "delivery", "ledger", "service"]),
    ("order", &["analytics", "feed", "delivery", "ledger", "service"]),
    ("analytics", &["identity", "catalogue", "stock", "shipment", "feed", "delivery", "ledger", "service"]),
    ("feed", &["identity", "catalogue", "stock", "shipment", "delivery", "ledger", "service"]),
    ("delivery", &["identity", "catalogue", "stock", "ledger", "service"]),
    ("ledger", &["identity", "feed", "service"]),
];

/// The files of a room: its face, if it has one, and all that is behind it but its tests.
fn files_of(room: &Path) -> Vec<PathBuf> {
    let faces = [room.to_owned(), room.with_extension("rs")];
    let mut files: Vec<_> = faces.into_iter().filter(|path| path.is_file()).collect();
    for path in fs::read_dir(room).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.file_stem().is_some_and(|name| name != "tests") {
            files.extend(if path.is_dir() { files_of(&path) } else { vec![path] });
        }
    }
    files.sort();
    files.dedup();
    files
}

#[test]
fn inside_the_domain_the_arrows_go_down() {
    let domain = root().join("crates/orders-domain/src");
    for (room, forbidden) in ROOMS {
        let files = files_of(&domain.join(room));
        assert!(!files.is_empty());
        for file in files {
            let source = fs::read_to_string(&file).unwrap();
            for name in forbidden {
                let named =
                    source.contains(&format!("crate::{name}")) || source.contains(&format!("    {name}::"));
                assert!(!named, "{} names {name}", file.display());
            }
            // Nor by the crate's face, behind which anything may be.
            let upper = |line: &&str| {
                line.trim_start()
                    .strip_prefix("use crate::")
                    .is_some_and(|rest| rest.starts_with(char::is_uppercase))
            };
            assert_eq!(source.lines().find(upper), None, "{}", file.display());
        }
    }
}

#[test]
fn inside_the_api_the_parts_of_http_name_no_other_room() {
    let api = root().join("crates/orders-api/src");
    let files: Vec<_> = fs::read_dir(api.join("http")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 5);
    for file in files.into_iter().filter(|path| path.is_file()) {
        let source = fs::read_to_string(&file).unwrap();
        for room in [
            "server",
            "orders",
            "shipments",
            "events",
            "products",
            "stock",
            "locations",
            "webhooks",
            "docs",
            "health",
            "openapi",
        ] {
            let named =
                source.contains(&format!("crate::{room}")) || source.contains(&format!("\n    {room}::"));
            assert!(!named, "{} names {room}", file.display());
        }
    }
}
