//! The papers: licence, changelog, and what leads from one to the other.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

use crate::{file, root};

#[test]
fn the_licence_is_the_one_that_the_packages_name() {
    assert!(file("Cargo.toml").contains("\nlicense = \"MIT\"\n"));
    let licence = file("LICENSE");
    assert!(licence.starts_with("MIT License\n\nCopyright (c) 2026 The Orders authors\n"), "{licence}");
    assert!(file("examples/package.json").contains("\"license\": \"MIT\""));
}

#[test]
fn the_changelog_has_the_form_of_keep_a_changelog() {
    const KINDS: [&str; 6] = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
    let changelog = file("CHANGELOG.md");
    assert!(changelog.starts_with("# Changelog\n") && changelog.contains("keepachangelog.com/en/1.1.0"));
    let (_, releases) = changelog.split_once("\n## ").unwrap();
    for (place, release) in releases.split("\n## ").enumerate() {
        let (title, text) = release.split_once('\n').unwrap();
        if place == 0 {
            assert_eq!(title, "[Unreleased]");
        } else {
            let (version, day) = title.split_once(" - ").unwrap_or_else(|| panic!("{title} has no day"));
            assert!(version.starts_with('[') && day.len() == 10, "{title}");
        }
        let kinds: Vec<_> = text.split("\n### ").skip(1).collect();
        let places = kinds.iter().map(|kind| {
            let title = kind.lines().next().unwrap_or_default();
            KINDS.iter().position(|known| *known == title).unwrap_or_else(|| panic!("{title} is no kind"))
        });
        let places: Vec<_> = places.collect();
        assert!(places.is_sorted_by(|one, next| one < next), "{title}: the kinds are not in their order");
        for kind in kinds {
            let (title, lines) = kind.split_once("\n\n").unwrap();
            let is_of_a_list = |line: &str| line.starts_with("- ") || line.starts_with("  ");
            let stray = lines.trim_end().lines().find(|line| !is_of_a_list(line));
            assert_eq!(stray, None, "under {title} stands what is of no list");
        }
    }
}

/// The papers, of which each leads to files that are there.
const PAPERS: [&str; 5] =
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md"];

#[test]
fn what_the_papers_lead_to_is_there() {
    for paper in PAPERS {
        let text = file(paper);
        let folder = root().join(paper).parent().unwrap().to_owned();
        let links: BTreeSet<_> =
            text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()).collect();
        let inner = links.into_iter().filter(|link| !link.is_empty() && !link.contains("://"));
        for link in inner {
            assert!(folder.join(link).exists(), "{paper} leads to {link}, which is not there");
        }
    }
}

#[test]
fn the_bill_of_materials_lists_what_is_compiled_in_and_nothing_else() {
    let mut script = Command::new("python3");
    let output = script.arg(root().join(".ci/bom.py")).arg("x86_64-unknown-linux-gnu").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bom: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        bom["metadata"]["component"]["purl"],
        format!("pkg:cargo/orders-server@{}", env!("CARGO_PKG_VERSION"))
    );
    let components = bom["components"].as_array().unwrap();
    let names: BTreeSet<_> = components.iter().map(|part| part["name"].as_str().unwrap()).collect();
    for shipped in ["actix-web", "aws-sdk-sqs", "diesel", "libsqlite3-sys", "orders-domain"] {
        assert!(names.contains(shipped), "{shipped} is missing");
    }
    // What tests, macros and other systems need.
    for other in ["mockall", "proptest", "serde-saphyr", "serde_derive", "windows-sys"] {
        assert!(!names.contains(other), "{other} is not shipped");
    }
    for part in components {
        let (name, checksum) = (part["name"].as_str().unwrap(), part["hashes"][0]["content"].as_str());
        assert!(name.starts_with("orders-") || checksum.is_some_and(|sum| sum.len() == 64), "{name}");
        assert!(
            part["licenses"][0]["expression"].as_str().is_some_and(|licence| !licence.is_empty()),
            "{name}"
        );
    }
}
