use std::io::Write;

use super::*;

const GOOD: &str = r#"{"externalId": "A-1", "userId": 3, "placedAt": "2019-05-01T12:00:00.1239+02:00", "status": "delivered",
    "currency": "EUR", "products": [{"id": 9, "quantity": 7, "price": 1999}]}"#;

fn good() -> String {
    GOOD.replace('\n', "")
}

/// What is wrong with a line.
fn wrong(text: &str) -> String {
    order(1, text.as_bytes()).unwrap_err().join("; ")
}

#[test]
fn a_line_is_an_order_and_what_need_not_be_there_is_absent_or_null() {
    let bare = order(5, good().as_bytes()).unwrap();
    assert_eq!((bare.line, bare.from.external_id.as_str()), (5, "A-1"));
    assert_eq!(bare.from.placed_at.to_rfc3339(), "2019-05-01T10:00:00.123+00:00");
    assert_eq!((bare.tracking.is_none(), bare.contact.is_empty()), (true, true));
    let nulls = good().replacen('{', r#"{"marketplace": null, "tracking": null, "email": null, "#, 1);
    assert_eq!(order(5, nulls.as_bytes()).unwrap(), bare);
    let more = r#"{"marketplace": "de", "tracking": {"provider": "USPS", "number": "1"}, "email": "ada@example.org", "#;
    let whole = order(5, good().replacen('{', more, 1).as_bytes()).unwrap();
    assert_eq!(whole.marketplace.as_str(), "de");
    assert_eq!(whole.tracking.as_ref().map(Tracking::number), Some("1"));
    assert_eq!(whole.contact.email, Email::parse("ada@example.org").ok());
}

#[test]
fn everything_that_is_wrong_with_a_line_is_named_with_its_field_and_value() {
    assert_eq!(
        wrong(
            r#"{"externalId": 7, "userId": "x", "placedAt": "yesterday", "status": "lost", "products": {}, "total": 5}"#
        ),
        "externalId 7 is not a text; userId \"x\" is not a whole number; placedAt \"yesterday\" is not a moment in RFC \
         3339, such as 2026-11-22T10:00:00Z; status \"lost\" is not one of pending, processing, shipped, delivered, \
         cancelled; currency is missing; products is not an array, but an object; \"total\" is not one of externalId, \
         userId, placedAt, status, currency, products, marketplace, tracking, email"
    );
    for (from, to, reason) in [
        ("\"id\": 9", "\"id\": 0", "products[0].id \"0\" is not a whole number from 1 to"),
        ("\"quantity\": 7", "\"quantity\": 0", "products[0].quantity 0 is not from 1 to 100000"),
        ("1999", "-1", "products[0].price -1 is negative"),
        ("1999", "19.99", "products[0].price 19.99 is not a whole number"),
        ("1999", "99999999999999999999", "products[0].price 99999999999999999999 is not a whole number"),
        (
            "1999",
            "1999.00000000000000000001",
            "products[0].price 1999.00000000000000000001 is not a whole number",
        ),
        ("1999", "18446744073709551615", "products[0].price 18446744073709551615 is not a whole number"),
        (
            "\"price\"",
            "\"cost\"",
            "products[0].price is missing; products[0].\"cost\" is not one of id, quantity, price",
        ),
        (r#"{"id": 9, "quantity": 7, "price": 1999}"#, "9", "products[0] is not an object, but 9"),
        ("\"EUR\"", "\"euro\"", "currency \"euro\""),
        ("\"A-1\"", "\" \"", "externalId is empty"),
        ("\"A-1\"", "null", "externalId is missing"),
        ("\"userId\": 3", "\"userId\": true", "userId true is not a whole number"),
        (
            "\"userId\"",
            "\"tracking\": {\"provider\": \"\", \"url\": 1}, \"userId\"",
            "tracking.provider is empty; tracking.number is missing; tracking.\"url\" is not one of provider, number",
        ),
        ("\"userId\"", "\"marketplace\": \"?\", \"userId\"", "marketplace \"?\""),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let said = wrong(&good().replacen(from, to, 1));
        assert!(said.starts_with(reason), "{said}");
    }
}

#[test]
fn a_whole_number_may_be_written_as_a_fraction_or_with_an_exponent() {
    let bare = order(1, good().as_bytes()).unwrap();
    for (from, to) in [
        ("\"quantity\": 7", "\"quantity\": 7.0"),
        ("\"quantity\": 7", "\"quantity\": 0.7e1"),
        ("1999", "1999.00"),
        ("\"userId\": 3", "\"userId\": 3e0"),
    ] {
        assert_eq!(order(1, good().replacen(from, to, 1).as_bytes()), Ok(bare.clone()), "{to}");
    }
    let long = format!("1.{}", "3".repeat(1000));
    let said = wrong(&good().replacen("1999", &long, 1));
    assert_eq!(said, format!("products[0].price {}… is not a whole number", &long[..64]));
}

#[test]
fn what_is_no_object_of_json_is_said_with_its_column() {
    assert_eq!(wrong("[]"), "it is not an object, but an array");
    assert_eq!(wrong(r#"{"a": 1,}"#), "it is not JSON: trailing comma at column 9");
    assert_eq!(wrong(r#"{"a": 1, "a": 2}"#), "it is not JSON: \"a\" is there twice at column 12");
    assert!(wrong(&good()[..40]).starts_with("it is not JSON: EOF while parsing"));
    assert!(wrong(&format!("{} {{}}", good())).starts_with("it is not JSON: trailing characters"));
    assert_eq!(order(1, b"{\"externalId\": \"\xff\"}").unwrap_err(), ["it is not UTF-8"]);
}

#[test]
fn an_address_is_in_no_message() {
    for email in ["\"ada@example@org\"", "5", "{\"ada\": \"ada\"}"] {
        let said = wrong(&good().replacen('{', &format!("{{\"email\": {email}, "), 1));
        assert!(said.starts_with("email is not") && !said.contains("ada"), "{said}");
    }
    let said = wrong(r#"{"email": {"ada@example.org": 1, "ada@example.org": 2}}"#);
    assert_eq!(said, "it is not JSON: a name is there twice at column 50");
}

fn file(text: &str) -> Orders {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    Orders::new(file, ProgressBar::hidden())
}

#[test]
fn a_file_is_read_as_often_as_one_likes_and_empty_lines_count_but_are_none() {
    let text = format!("\n{}\r\n  \nno\n{}", good(), good());
    let mut orders = file(&text);
    for _ in 0..2 {
        let mut faults = Faults::default();
        orders.rewind().unwrap();
        let read = orders.next_lines(&mut faults).unwrap().unwrap();
        assert_eq!(read.iter().map(|order| order.line).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(orders.next_lines(&mut faults).unwrap(), None);
        assert_eq!(faults.first().map(|(line, _)| line).collect::<Vec<_>>(), [4]);
    }
}

#[test]
fn what_is_said_of_a_line_does_not_grow_with_it() {
    let product = r#"{"id": 9, "quantity": 7, "price": 1999}"#;
    let many = [r#"{"id": 0}"#; 101].join(", ");
    assert_eq!(
        wrong(&good().replacen(product, &many, 1)),
        "an order has 1 to 100 products, but 101 were sent"
    );
    let members = (0..5_000).map(|nth| format!("\"{nth}\": 0, ")).collect::<Vec<_>>().concat();
    let said = wrong(&good().replacen('{', &format!("{{{members}"), 1));
    assert!(said.len() < 5_000 && said.ends_with(" faults more"), "{said}");
}

#[test]
fn lines_are_handed_over_after_some_mebibytes() {
    let line = format!("{}{}\n", good(), " ".repeat(1 << 19));
    let mut orders = file(&line.repeat(40));
    orders.rewind().unwrap();
    let mut read = Vec::new();
    while let Some(some) = orders.next_lines(&mut Faults::default()).unwrap() {
        read.push(some.len());
    }
    assert_eq!(read, [16, 16, 8]);
}

#[test]
fn a_byte_order_mark_is_passed_over_at_the_beginning_only() {
    let mut orders = file(&format!("\u{feff}{}\n\u{feff}{}", good(), good()));
    let mut faults = Faults::default();
    orders.rewind().unwrap();
    let read = orders.next_lines(&mut faults).unwrap().unwrap();
    assert_eq!(read.iter().map(|order| order.line).collect::<Vec<_>>(), [1]);
    assert_eq!(faults.first().map(|(line, _)| line).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_line_that_is_too_long_is_a_bad_one_and_those_behind_it_are_read() {
    let most = usize::try_from(LONGEST).unwrap();
    let filled = |length: usize| format!("{}{}", good(), " ".repeat(length - good().len()));
    let text = format!("{}\n{}\nno\n{}\n{}", filled(most), filled(most + 1), good(), filled(3 * most));
    let mut orders = file(&text);
    orders.rewind().unwrap();
    let mut faults = Faults::default();
    let mut read = Vec::new();
    while let Some(some) = orders.next_lines(&mut faults).unwrap() {
        read.extend(some.iter().map(|order| order.line));
    }
    assert_eq!(read, [1, 4]);
    let faults: Vec<_> = faults.first().collect();
    assert_eq!(faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 5]);
    assert_eq!(
        (faults[0].1, faults[2].1),
        ("it has more than 1048576 bytes", "it has more than 1048576 bytes")
    );
}
