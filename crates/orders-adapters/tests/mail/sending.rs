//! Mails through a real SMTP server, good and bad.

use std::time::Duration;

use orders_adapters::outbound::mail::{SmtpMailer, Templates};
use orders_domain::delivery::{
    Outcome, Verdict,
    endpoint::{Notice, Template},
    ports::Mailer,
};

use crate::{
    notices::{Standing, letters, notice},
    smtp_sink::SmtpSink,
};

const AGAIN: Verdict = Verdict::Again { retry_after: None, overloaded: false };
const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(500);

fn mailer(url: &str, patience: Duration) -> SmtpMailer {
    SmtpMailer::with_patience(url, letters(Templates::compiled_in().unwrap()), patience).unwrap()
}

fn to(sink: &SmtpSink) -> SmtpMailer {
    mailer(&format!("smtp://127.0.0.1:{}", sink.port()), LONG)
}

/// The status, and what is said to be wrong; neither says to whom it was.
fn logged(outcome: &Outcome) -> (Option<u16>, Option<&str>) {
    use orders_domain::ports::Clock;
    let attempt = outcome.attempt.as_ref().unwrap();
    let all = format!("{outcome:?}");
    assert!(!all.contains("mail.example") && !all.contains("liked"), "{all}");
    assert_eq!((attempt.at, &attempt.body), (Standing.now(), &None));
    (attempt.status, attempt.error.as_deref())
}

#[tokio::test]
async fn a_mail_arrives_in_both_forms_with_the_same_id_on_each_try() {
    let Some(mut sink) = SmtpSink::start(&[]) else { return };
    let (mailer, notice) = (to(&sink), notice("customer@mail.example"));
    for _ in 0..2 {
        let outcome = mailer.send(&notice).await;
        assert_eq!((logged(&outcome), outcome.verdict.clone()), ((Some(250), None), Verdict::Done));
        let mail = sink.mail();
        assert_eq!(mail["from"], "orders@shop.example");
        assert_eq!(mail["to"], serde_json::json!(["customer@mail.example"]));
        let headers = &mail["headers"];
        assert_eq!(headers["message-id"], "<4711.shipped@shop.example>");
        assert_eq!(headers["auto-submitted"], "auto-generated");
        assert_eq!(headers["subject"], "Part of your order 7 is on its way");
        assert_eq!(headers["date"], "Sun, 22 Nov 2026 10:00:00 +0000");
        assert!(headers["content-type"].as_str().unwrap().starts_with("multipart/alternative"), "{headers}");
        let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
        assert!(text.contains("2 x Blue <Mug> & Saucer") && text.contains("Tasse, größer"), "{text}");
        assert!(html.contains("Blue &lt;Mug&gt; &amp; Saucer") && html.contains("Tasse, größer"), "{html}");
    }
    mailer.send(&Notice { template: Template::Fulfilled, ..notice }).await;
    assert_eq!(sink.mail()["headers"]["message-id"], "<4711.fulfilled@shop.example>");
}

#[tokio::test]
async fn what_is_refused_for_now_is_tried_again_and_what_is_refused_is_not() {
    let Some(mut sink) = SmtpSink::start(&[]) else { return };
    let mailer = to(&sink);
    for (name, status) in [("rcpt451", 451), ("data452", 452)] {
        let outcome = mailer.send(&notice(&format!("{name}@mail.example"))).await;
        assert_eq!(logged(&outcome), (Some(status), Some("the mail server refuses it for now")));
        assert_eq!(outcome.verdict, AGAIN);
    }
    for (name, status) in [("rcpt550", 550), ("data554", 554)] {
        let outcome = mailer.send(&notice(&format!("{name}@mail.example"))).await;
        assert_eq!(logged(&outcome), (Some(status), Some("the mail server refuses it")));
        assert_eq!(outcome.verdict, Verdict::Never);
    }
    // What comes after a refusal arrives.
    assert_eq!(mailer.send(&notice("customer@mail.example")).await.verdict, Verdict::Done);
    assert_eq!(sink.mail()["to"][0], "customer@mail.example");
}

#[tokio::test]
async fn a_server_that_hangs_or_hangs_up_is_tried_again() {
    let Some(mut sink) = SmtpSink::start(&[]) else { return };
    let impatient = mailer(&format!("smtp://127.0.0.1:{}", sink.port()), SHORT);
    let outcome = impatient.send(&notice("hang@mail.example")).await;
    assert_eq!((logged(&outcome), outcome.verdict.clone()), ((None, Some("no answer within 0.5 s")), AGAIN));
    let mailer = to(&sink);
    let outcome = mailer.send(&notice("close@mail.example")).await;
    assert_eq!(outcome.verdict, AGAIN);
    assert!(logged(&outcome).1.is_some(), "{outcome:?}");
    assert_eq!(mailer.send(&notice("customer@mail.example")).await.verdict, Verdict::Done);
    assert_eq!(sink.mail()["to"][0], "customer@mail.example");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let outcome = mailer(&format!("smtp://127.0.0.1:{port}"), LONG).send(&notice("a@mail.example")).await;
    let said = Some("could not connect, or the connection ended");
    assert_eq!((logged(&outcome), outcome.verdict.clone()), ((None, said), AGAIN));
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_where_tls_is_wanted() {
    let Some(sink) = SmtpSink::start(&[]) else { return };
    let port = sink.port();
    for url in [format!("smtps://127.0.0.1:{port}"), format!("smtp://127.0.0.1:{port}?tls=required")] {
        let outcome = mailer(&url, LONG).send(&notice("a@mail.example")).await;
        assert_eq!(outcome.verdict, AGAIN, "{url}");
        assert!(logged(&outcome).1.is_some(), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_user_and_a_password_are_said_to_the_server_only() {
    let Some(mut sink) = SmtpSink::start(&["--login", "me@shop:s3cret/?"]) else { return };
    let at = |password: &str| format!("smtp://me%40shop:{password}@127.0.0.1:{}", sink.port());
    let (good, bad) = (mailer(&at("s3cret%2F%3F"), LONG), mailer(&at("wr0ng"), LONG));
    assert_eq!(format!("{good:?}"), "SmtpMailer(..)");
    let outcome = bad.send(&notice("customer@mail.example")).await;
    assert_eq!(logged(&outcome), (Some(535), Some("the mail server refuses the user or password")));
    assert_eq!(outcome.verdict, AGAIN);
    assert!(!format!("{outcome:?}").contains("wr0ng"));
    assert_eq!(good.send(&notice("customer@mail.example")).await.verdict, Verdict::Done);
    assert_eq!(sink.mail()["login"], "me@shop:s3cret/?");
}

#[tokio::test]
async fn an_address_that_is_not_ascii_needs_a_server_that_can_carry_it() {
    let Some(sink) = SmtpSink::start(&[]) else { return };
    let outcome = to(&sink).send(&notice("jürgen@mail.example")).await;
    let said = Some("the mail server cannot carry an address that is not ASCII");
    assert_eq!((logged(&outcome), outcome.verdict.clone()), ((None, said), Verdict::Never));
    let Some(mut sink) = SmtpSink::start(&["--utf8"]) else { return };
    assert_eq!(to(&sink).send(&notice("jürgen@mail.example")).await.verdict, Verdict::Done);
    assert_eq!(sink.mail()["to"][0], "jürgen@mail.example");
}

#[tokio::test]
async fn a_domain_that_is_not_ascii_is_carried_by_every_server() {
    let Some(mut sink) = SmtpSink::start(&[]) else { return };
    assert_eq!(to(&sink).send(&notice("customer@bücher.example")).await.verdict, Verdict::Done);
    assert_eq!(sink.mail()["to"][0], "customer@xn--bcher-kva.example");
}

#[test]
fn a_url_that_is_wrong_is_refused_without_being_shown() {
    for bad in [
        "",
        "mail.example",
        "http://u:s3cret@mail.example",
        "smtp://",
        "smtp:///x",
        "smtp://u:s3cret@mail.example:x",
        "smtp://u:s3cret@mail.example?tls=maybe",
        "smtps://u:s3cret@mail.example?tls=none",
        "smtp://a b",
    ] {
        let letters = letters(Templates::compiled_in().unwrap());
        let error = SmtpMailer::new(bad, letters).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.starts_with("SMTP_URL ") && !said.contains("s3cret"), "{bad}: {said}");
    }
}
