//! What the program says of itself: completions, manual pages.

use std::{
    collections::BTreeSet,
    fs,
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::support::{assert_bad_setting, assert_refused, orders};

/// Commands that have none below them.
const COMMANDS: [&str; 5] = ["serve", "worker", "migrate", "health", "man"];

fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[test]
fn every_shell_gets_completions_that_know_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(orders().args(["completions", shell]));
        for command in COMMANDS {
            assert!(script.contains(command), "{shell} does not know {command}");
        }
    }
    let mut unknown = orders();
    unknown.args(["completions", "tcsh"]);
    assert_bad_setting(unknown, &["\"tcsh\"", "bash, elvish, fish, powershell, zsh"]);
}

#[test]
fn bash_completes_commands_and_values() {
    let folder = TempDir::new().unwrap();
    let script = folder.path().join("orders.bash");
    fs::write(&script, run(orders().args(["completions", "bash"]))).unwrap();
    let complete = |words: &[&str]| {
        let ask = r#"source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
            _orders orders "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; echo "${COMPREPLY[@]}""#;
        let mut bash = Command::new("bash");
        bash.args(["-c", ask, "bash"]).arg(&script).arg("orders").args(words);
        run(&mut bash).trim().to_owned()
    };
    assert_eq!(complete(&["mig"]), "migrate");
    assert_eq!(complete(&["serve", "--auth", ""]), "header jwt");
    assert_eq!(complete(&["migrate", "st"]), "status");
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let folder = TempDir::new().unwrap();
    let pages = folder.path().join("share/man1");
    assert_eq!(run(orders().arg("man").arg(&pages)), "");
    let page = |name: &str| fs::read_to_string(pages.join(name)).unwrap();
    for command in COMMANDS {
        let page = page(&format!("orders-{command}.1"));
        assert!(page.contains(&format!(".TH orders-{command} 1")), "{page}");
    }
    assert!(page("orders-products-import.1").contains("dry\\-run"));
    // Each page that the first one names is there, and no other.
    let first = page("orders.1");
    let named: BTreeSet<_> = first.lines().filter_map(|line| line.strip_prefix("orders\\-")).collect();
    assert!(named.contains("serve(1)"), "{named:?}");
    for name in named {
        let file = format!("orders-{}.1", name.trim_end_matches("(1)"));
        assert!(pages.join(&file).is_file(), "{file} is missing");
    }
    assert_eq!(run(orders().arg("man")), first);
    // Over an older one.
    assert_eq!(run(orders().arg("man").arg(&pages)), "");
}

#[test]
fn the_manual_names_variables_and_tells_no_values() {
    let plain = run(orders().arg("man"));
    assert!(plain.contains("DATABASE_URL") && plain.contains("sqlite://db/orders.sqlite"), "{plain}");
    let mut told = orders();
    told.arg("man").env("DATABASE_URL", "postgres://shop:s3cret@db/orders").env("EVENTS_SOURCE", "urn:told");
    assert_eq!(run(&mut told), plain);
}

#[test]
fn pages_that_cannot_be_written_are_refused_with_the_folder() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let mut man = orders();
    man.arg("man").arg(&file);
    assert_refused(man, &["cannot create the folder", file.to_str().unwrap()]);
}
