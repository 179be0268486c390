//! Templates that operators replace.

use std::{fs, path::Path};

use orders_adapters::outbound::mail::{TemplateError, Templates};
use orders_domain::{delivery::Verdict, delivery::endpoint::Notice};

use crate::{notices::notice, printing::printed};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn refused(files: &[(&str, &str)]) -> String {
    let error = Templates::from_folder(folder(files).path()).err().unwrap();
    orders_domain::failure::with_causes(&error)
}

#[tokio::test]
async fn a_file_takes_the_place_of_the_one_that_is_compiled_in() {
    let folder =
        folder(&[("shipped.txt", "Order {{ order.id }}: {{ parcels | length }} parcels\n"), ("notes", "{{")]);
    let templates = Templates::from_folder(folder.path()).unwrap();
    let (_, mail) = printed(templates, &notice("customer@mail.example")).await;
    assert!(mail.contains("\nOrder 7: 2 parcels\n"), "{mail}");
    assert!(mail.contains("Subject: Part of your order 7 is on its way\n"), "{mail}");
}

#[test]
fn a_broken_template_is_an_error_before_anything_is_sent() {
    for (source, said) in [
        ("{% if %}", "the template shipped.txt is broken: syntax error"),
        ("{{ order.nothing }}", "the template shipped.txt is broken: undefined value"),
        ("{{ nothing }}", "the template shipped.txt is broken: undefined value"),
        ("{{ order.id | nothing }}", "the template shipped.txt is broken: unknown filter"),
        (
            "{% if not parcels[0].tracking %}{{ nothing }}{% endif %}",
            "the template shipped.txt is broken: undefined",
        ),
    ] {
        let error = refused(&[("shipped.txt", source)]);
        assert!(error.starts_with(said), "{error}");
    }
    assert!(
        refused(&[("fulfilled.html", "{{ nothing }}")]).starts_with("the template fulfilled.html is broken")
    );
    let error = refused(&[("fulfilled.subject", " \n ")]);
    assert_eq!(error, "the template fulfilled.subject makes an empty subject");
}

#[test]
fn a_folder_or_file_that_cannot_be_read_is_said() {
    let error = Templates::from_folder(Path::new("/nowhere/at/all")).err().unwrap();
    assert!(
        matches!(error, TemplateError::File { .. }) && error.to_string() == "cannot read /nowhere/at/all"
    );
    let folder = folder(&[]);
    fs::write(folder.path().join("shipped.txt"), b"\xff").unwrap();
    let error = Templates::from_folder(folder.path()).err().unwrap();
    assert!(error.to_string().ends_with("shipped.txt"), "{error}");
}

#[tokio::test]
async fn a_subject_is_one_line_whatever_is_in_it() {
    let folder = folder(&[("shipped.subject", "{{ order.lines[0].product }}\n of {{ order.id }}\n")]);
    let name = "a mug\r\nBcc: everybody@mail.example\n\n<script>\u{85}\0x\u{2028}y";
    let notice = Notice { names: vec![Some(name.to_owned())], ..notice("customer@mail.example") };
    let (_, mail) = printed(Templates::from_folder(folder.path()).unwrap(), &notice).await;
    let head = mail.split_once("\n\n").unwrap().0;
    let subject = "Subject: a mug Bcc: everybody@mail.example <script> x y of 7";
    assert_eq!(head.replace("\n ", " ").lines().filter(|line| *line == subject).count(), 1, "{head}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
}

#[tokio::test]
async fn what_somebody_wrote_is_text_in_html() {
    let (_, mail) = printed(
        Templates::compiled_in().unwrap(),
        &Notice { names: vec![Some("a <b>mug</b>".to_owned())], ..notice("customer@mail.example") },
    )
    .await;
    let html = mail.split_once("<!DOCTYPE html>").unwrap().1;
    assert!(html.contains("a &lt;b&gt;mug&lt;&#x2f;b&gt;") && !html.contains("<b>"), "{html}");
}

#[tokio::test]
async fn what_a_sample_did_not_show_is_tried_again_when_it_is_mended() {
    let source = "{% if order.lines | length > 2 %}{{ nothing }}{% endif %}";
    let folder = folder(&[("shipped.txt", source)]);
    let (outcome, mail) =
        printed(Templates::from_folder(folder.path()).unwrap(), &notice("a@mail.example")).await;
    assert_eq!(outcome.verdict, Verdict::Again { retry_after: None, overloaded: false });
    let error = outcome.attempt.unwrap().error;
    assert_eq!(error.as_deref(), Some("the template cannot be filled with this order"));
    assert_eq!(mail, "");
}
