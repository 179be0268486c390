//! Mails as they are printed.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use orders_adapters::outbound::mail::{PrintMailer, Templates};
use orders_domain::delivery::{
    Attempt, Outcome, Verdict,
    endpoint::{Notice, Template},
    ports::Mailer,
};

use crate::notices::{letters, notice, notice_in};

/// What is printed on.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What comes of a notice, and what is printed of it, with `\n` for line breaks.
pub async fn printed(templates: Templates, notice: &Notice) -> (Outcome, String) {
    let paper = Paper::default();
    let outcome = PrintMailer::to(letters(templates), paper.clone()).send(notice).await;
    let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    (outcome, text.replace("\r\n", "\n"))
}

async fn printed_as_it_is(notice: &Notice) -> String {
    printed(Templates::compiled_in().unwrap(), notice).await.1
}

#[tokio::test]
async fn a_mail_is_printed_with_its_headers_and_both_its_forms() {
    let mut notice = notice("customer@mail.example");
    notice.names = vec![Some("a mug".to_owned()), None, Some("a cup".to_owned())];
    let (outcome, mail) = printed(Templates::compiled_in().unwrap(), &notice).await;
    let Some(Attempt { status: None, body: None, error: None, .. }) = outcome.attempt else {
        panic!("{outcome:?}")
    };
    assert_eq!(outcome.verdict, Verdict::Done);
    for line in [
        "From: \"The Shop\" <orders@shop.example>",
        "To: customer@mail.example",
        "Subject: Part of your order 7 is on its way",
        "Message-ID: <4711.shipped@shop.example>",
        "Auto-Submitted: auto-generated",
        "Date: Sun, 22 Nov 2026 10:00:00 +0000",
        "MIME-Version: 1.0",
    ] {
        assert_eq!(mail.lines().filter(|known| *known == line).count(), 1, "{line} in\n{mail}");
    }
    let text = "Hello,\n\na part of your order 7 has left, and the rest will follow.\n\n\
        Parcel 2 with Parcels & Co, tracking number 1Z 999 <b>:\n  2 x a mug\n  1 x a cup\n\n\
        Parcel 3:\n  1 x a cup\n\n\
        Still to come:\n  2 x product 1\n  1 x a cup\n\n\
        Your order:\n  3 x a mug at 19.99 EUR: 59.97 EUR\n  2 x product 1 at 0.05 EUR: 0.10 EUR\n  \
        4 x a cup at 1000.00 EUR: 4000.00 EUR\nTotal: 4060.07 EUR\nWithout what was cancelled: 3060.07 EUR\n";
    assert!(mail.contains(text), "{mail}");
    assert!(mail.contains("<li>1 &times; a cup</li>"), "{mail}");
    assert!(!mail.contains("yesterday"), "{mail}");
}

#[tokio::test]
async fn the_last_mail_of_an_order_says_that_nothing_is_to_come() {
    let notice = Notice { template: Template::Fulfilled, ..notice("customer@mail.example") };
    let mail = printed_as_it_is(&notice).await;
    assert!(mail.contains("Subject: Your order 7 is on its way\n"), "{mail}");
    assert!(mail.contains("Message-ID: <4711.fulfilled@shop.example>\n"), "{mail}");
    assert!(mail.contains("the last of your order 7 has left.") && !mail.contains("Still to come"), "{mail}");
}

#[tokio::test]
async fn money_has_the_decimals_of_its_currency() {
    for (currency, amounts) in [
        ("JPY", "at 1999 JPY: 5997 JPY"),
        ("USD", "at 19.99 USD: 59.97 USD"),
        ("KWD", "at 1.999 KWD: 5.997 KWD"),
        ("CLF", "at 0.1999 CLF: 0.5997 CLF"),
    ] {
        let mail = printed_as_it_is(&Notice { names: Vec::new(), ..notice_in(currency) }).await;
        assert!(mail.contains(amounts), "{amounts} in\n{mail}");
    }
}

#[tokio::test]
async fn an_address_that_no_mail_can_have_is_never_tried_again() {
    let label_too_long = format!("a@{}.example", "b".repeat(64));
    let (outcome, mail) = printed(Templates::compiled_in().unwrap(), &notice(&label_too_long)).await;
    let attempt = outcome.attempt.unwrap();
    assert_eq!(outcome.verdict, Verdict::Never);
    assert_eq!(attempt.error.as_deref(), Some("mail cannot be sent to an address like this"));
    assert_eq!(mail, "");
}
