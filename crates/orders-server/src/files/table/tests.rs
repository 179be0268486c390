use std::io::Write;

use orders_domain::{Currency, MarketplaceCode};

use super::*;
use crate::files::{counts::Counts, products::Products};

/// The lines that are read, and those that are not: the number of each, and why.
type Found<K> = (Vec<<K as Kind>::Line>, Vec<(u64, String)>);

/// All lines of a file, and what is wrong with the others.
fn read<K: Kind>(kind: K, text: impl AsRef<[u8]>) -> Result<Found<K>, String> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_ref()).unwrap();
    let mut table = Table::new(kind, file, ProgressBar::hidden());
    table.rewind().map_err(|error| error.to_string())?;
    let (mut all, mut faults) = (Vec::new(), Faults::default());
    while let Some(lines) = table.next_lines(&mut faults).map_err(|error| error.to_string())? {
        all.extend(lines);
    }
    Ok((all, faults.first().map(|(line, reason)| (line, reason.to_owned())).collect()))
}

/// Products of a shop that is in `de` and `jp` too.
fn shop() -> Products {
    let codes = ["de", "jp"].map(|code| code.parse::<MarketplaceCode>().unwrap());
    Products::of(Currency::USD, codes.into())
}

fn products(
    text: impl AsRef<[u8]>,
) -> (Vec<orders_domain::catalogue::import::ProductLine>, Vec<(u64, String)>) {
    read(shop(), text).unwrap()
}

/// What is wrong with a line under this header.
fn fault(header: &str, line: impl AsRef<[u8]>) -> String {
    let text = [format!("{header}\n").as_bytes(), line.as_ref(), b"\n"].concat();
    let (lines, mut faults) = products(text);
    assert!(lines.is_empty() && faults.len() == 1, "{faults:?}");
    let (line, fault) = faults.remove(0);
    assert_eq!(line, 2);
    fault
}

#[test]
fn columns_come_in_any_order_and_what_is_empty_is_as_usual() {
    let (lines, faults) = products("price,name\n1250, Red mug \n\n0,\"Blue, \"\"mug\"\"\"\n");
    assert_eq!(faults, []);
    let names: Vec<_> = lines.iter().map(|line| (line.line, line.details.name.as_str())).collect();
    assert_eq!(names, [(2, "Red mug"), (4, "Blue, \"mug\"")]);
    let details = &lines[0].details;
    assert_eq!((details.price.minor_units(), details.currency), (1250, Currency::USD));
    assert!(
        lines[0].id.is_none() && details.sku.is_none() && details.weight.is_none() && details.size.is_none()
    );
    assert!(details.active);
    assert_eq!(details.policy.as_str(), "deny");
}

#[test]
fn a_byte_order_mark_and_carriage_returns_are_taken() {
    let text = "\u{feff}id,sku,name,price,currency,weight_g,length_mm,width_mm,height_mm,stock_policy,active\r\n\
                7,A,Mug,1,USD,2,3,4,5,backorder,FALSE\r\n8,,Mug,1,,,,,,,1\r\n";
    let (lines, faults) = products(text);
    assert_eq!((lines.len(), faults), (2, vec![]));
    let details = &lines[0].details;
    assert_eq!((lines[0].id.unwrap().get(), details.sku.as_ref().unwrap().as_str()), (7, "A"));
    assert_eq!(details.size.unwrap().height.get(), 5);
    assert!(!details.active && lines[1].details.active);
    assert_eq!(details.policy.as_str(), "backorder");
}

#[test]
fn lines_are_numbered_as_in_the_file_whatever_ends_them() {
    for (text, expected) in [
        ("name,price\nA,\nB,\n", [2, 3]),
        ("name,price\r\nA,\r\nB,\r\n", [2, 3]),
        ("\u{feff}name,price\r\n\r\n\"A\nB\nC\",1\r\n\r\nB,", [3, 7]),
        ("\u{feff}name,price\n\n\nA,\nB,", [4, 5]),
        ("name,price\n\"A\",\n\n\n\"B\",\n\n", [2, 5]),
    ] {
        let (_, faults) = products(text);
        assert_eq!(faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), expected, "{text:?}");
    }
}

#[test]
fn what_a_spreadsheet_would_compute_stays_as_it_is() {
    let (lines, _) = products("name,price,sku\n=1+1,1,+A\n");
    assert_eq!(lines[0].details.name.as_str(), "=1+1");
    assert_eq!(lines[0].details.sku.as_ref().unwrap().as_str(), "+A");
}

#[test]
fn each_field_that_cannot_be_is_named_with_its_value() {
    for (header, line, expected) in [
        ("name,price", "Mug,", "price is empty"),
        ("name,price", ",1", "name is empty"),
        ("name,price", "Mug,19.99", "price \"19.99\" is not a whole number"),
        ("name,price", "Mug,+1", "price \"+1\" is not a whole number"),
        ("name,price", "Mug,-1", "price -1 is negative"),
        ("name,price", "Mug,9223372036854775808", "price \"9223372036854775808\" is not a whole number"),
        ("name,price", "a\tb,1", "name \"a\\tb\" has a control character"),
        ("name,price", "Mug", "it has 1 fields, and the header has 2; price is empty"),
        ("name,price", "Mug,1,2", "it has 3 fields, and the header has 2"),
        (
            "id,name,price",
            "0,Mug,1",
            "id \"0\" is not a whole number from 1 to 9223372036854775807 in plain digits",
        ),
        ("currency,name,price", "usd,Mug,1", "currency \"usd\" is not three capital letters"),
        ("currency,name,price", "EUR,Mug,1", "currency EUR is not the shop's own, USD"),
        ("weight_g,name,price", "0,Mug,1", "weight_g 0 is not from 1 to 1000000000"),
        (
            "length_mm,width_mm,name,price",
            "1,,Mug,1",
            "width_mm is empty, and length_mm is not; height_mm is empty, and length_mm is not",
        ),
        (
            "stock_policy,name,price",
            "none,Mug,1",
            "stock_policy \"none\" is not one of untracked, deny, backorder",
        ),
        ("active,name,price", "yes,Mug,1", "active \"yes\" is none of true, false, 1 and 0"),
        (
            "id,name,price",
            "x,,y",
            "id \"x\" is not a whole number from 1 to 9223372036854775807 in plain digits; \
            name is empty; price \"y\" is not a whole number",
        ),
    ] {
        assert_eq!(fault(header, line), expected, "{header}: {line}");
    }
    assert_eq!(
        fault("sku,name,price", format!("{},Mug,1", "s".repeat(65))),
        "sku has 65 characters, but at most 64 are allowed"
    );
    assert_eq!(fault("name,price", b"caf\xe9,1"), "name \"caf\u{fffd}\" is not UTF-8");
}

#[test]
fn a_header_that_does_not_fit_is_refused() {
    let refused = |text: &str| read(shop(), text).unwrap_err();
    assert!(refused("name,price,colour\n").starts_with("the column \"colour\" is not one of id, sku, name,"));
    assert_eq!(refused("name,sku\n"), "the column price is missing");
    assert_eq!(refused("name,price,name\n"), "the column name is there twice");
    assert_eq!(refused(""), "the column name is missing");
    let refused = read(Counts, "location,on_hand\n").unwrap_err();
    assert_eq!(refused, "the columns product and sku are missing: one of them names the product");
}

#[test]
fn a_quote_that_is_not_closed_does_not_take_all_that_follows() {
    let text = "name,price\n\"Mug,1\n".to_owned() + &"Cup,1\n".repeat(1_000_000);
    let refused = read(shop(), text).unwrap_err();
    assert_eq!(refused, "line 2: a line has more than 1048576 bytes: is a quote not closed?");
}

#[test]
fn lines_come_in_pieces_and_again() {
    let mut file = tempfile::tempfile().unwrap();
    let text = "name,price\n".to_owned() + &"Cup,1\n".repeat(AT_ONCE + 1);
    file.write_all(text.as_bytes()).unwrap();
    let mut table = Table::new(shop(), file, ProgressBar::hidden());
    for _ in 0..2 {
        table.rewind().unwrap();
        let mut faults = Faults::default();
        let mut sizes = Vec::new();
        while let Some(lines) = table.next_lines(&mut faults).unwrap() {
            sizes.push(lines.len());
        }
        assert_eq!(sizes, [AT_ONCE, 1]);
    }
}

#[test]
fn a_count_names_its_product_by_number_or_sku() {
    use orders_domain::stock::import::Named;

    let header = "product,sku,location,on_hand,backorder_limit,reason\n";
    let (lines, faults) =
        read(Counts, format!("{header}7,A,MAIN,3,2,moved\nA,A,MAIN,0,,\n,A,MAIN,1,,\n")).unwrap();
    assert_eq!(faults, []);
    assert!(matches!(&lines[0].product, Named::Id(id, Some(sku)) if id.get() == 7 && sku.as_str() == "A"));
    assert!(lines[1..].iter().all(|line| matches!(&line.product, Named::Sku(sku) if sku.as_str() == "A")));
    assert_eq!((lines[0].reason.as_str(), lines[1].reason.as_str()), ("moved", "import"));
    assert_eq!((lines[0].backorder_limit.unwrap().get(), lines[1].backorder_limit), (2, None));
    for (line, expected) in [
        (",,MAIN,1,,", "product is empty, and so is sku"),
        ("0,,MAIN,1,,", "product \"0\" is not a whole number from 1 to 9223372036854775807 in plain digits"),
        ("A,B,MAIN,1,,", "sku \"B\" is not the product's, \"A\""),
        ("7,,,1,,", "location is empty"),
        ("7,,a b,1,,", "location \"a b\" is not a letter or digit and up to 31 more of those, - and _"),
        ("7,,MAIN,,,", "on_hand is empty"),
        ("7,,MAIN,-1,,", "on_hand -1 is not from 0 to 1000000000000"),
        ("7,,MAIN,1,many,", "backorder_limit \"many\" is not a whole number"),
        ("7,,MAIN,1,,a\tb", "reason \"a\\tb\" has a control character"),
    ] {
        let (lines, faults) = read(Counts, format!("{header}{line}\n")).unwrap();
        assert_eq!((lines.len(), faults), (0, vec![(2, expected.to_owned())]), "{line}");
    }
}

#[test]
fn columns_of_marketplaces_are_named_by_the_header() {
    let header = "name,price,description:-:de,active:de,name:-:de,price:de,name:jp:ja,price:jp,model:de\n";
    let (lines, faults) =
        products(format!("{header}Mug,1,\"hart,\nleicht\",0,Becher,1899,,1980,M-1\nCup,1,,,,,,,\n"));
    assert_eq!(faults, []);
    let said = &lines[0].said;
    let listed: Vec<_> = said.listings.iter().map(|(code, details)| (code.as_str(), details)).collect();
    assert_eq!((listed[0].0, listed[0].1.price.minor_units(), listed[0].1.active), ("de", 1899, false));
    assert_eq!(listed[0].1.model.as_ref().unwrap().as_str(), "M-1");
    assert_eq!((listed[1].0, listed[1].1.price.minor_units(), listed[1].1.active), ("jp", 1980, true));
    let [((marketplace, locale), text)] = said.texts.as_slice() else { panic!("{said:?}") };
    assert_eq!((marketplace, locale.as_str(), text.name.as_str()), (&None, "de", "Becher"));
    assert_eq!(text.description.as_ref().unwrap().as_str(), "hart,\nleicht");
    assert!(lines[1].said.is_empty());
}

#[test]
fn each_field_of_a_marketplace_that_cannot_be_is_named_by_its_column() {
    for (header, line, expected) in [
        ("price:de", "19.99", "price:de \"19.99\" is not a whole number"),
        ("price:de", "-1", "price:de -1 is negative"),
        ("price:jp,active:jp", "1,yes", "active:jp \"yes\" is none of true, false, 1 and 0"),
        ("price:de,model:de", ",M-1", "price:de is empty, and model:de is not"),
        ("price:de,model:de", "1,a\tb", "model:de \"a\\tb\" has a control character"),
        ("name:de:de-at", "a\tb", "name:de:de-at \"a\\tb\" has a control character"),
        ("name:-:de,description:-:de", ",hell", "name:-:de is empty, and description:-:de is not"),
    ] {
        assert_eq!(fault(&format!("name,price,{header}"), format!("Mug,1,{line}")), expected, "{header}");
    }
}

#[test]
fn a_header_that_names_what_is_not_there_is_refused() {
    let refused = |columns: &str| read(shop(), format!("name,price,{columns}\n")).unwrap_err();
    for (columns, expected) in [
        ("price:fr", "the column \"price:fr\": there is no marketplace \"fr\"; there are de, jp"),
        (
            "name:fr:fr",
            "the column \"name:fr:fr\": there is no marketplace \"fr\"; there are default, de, jp",
        ),
        (
            "price:default",
            "the column price:default is not taken: the prices of default are the products' own",
        ),
        ("model:de", "the column model:de is there, and price:de is missing"),
        ("active:de,price:jp", "the column active:de is there, and price:de is missing"),
        ("description:-:de", "the column description:-:de is there, and name:-:de is missing"),
        ("price:de,price:de", "the column price:de is there twice"),
        ("name:-:de-at,name:-:de-AT", "the column name:-:de-AT is there twice"),
        (
            "name:-:german!",
            "the column \"name:-:german!\": \"german!\" is not a language tag such as de, de-AT or zh-Hant-HK",
        ),
    ] {
        assert_eq!(refused(columns), expected, "{columns}");
    }
    for columns in ["colour:de", "price:de:de", "name:de", "name:-:de:x"] {
        let said = refused(columns);
        assert!(
            said.ends_with(
                ", price:MARKETPLACE, model:MARKETPLACE, active:MARKETPLACE, \
            name:MARKETPLACE:LOCALE, description:MARKETPLACE:LOCALE"
            ),
            "{said}"
        );
    }
    assert!(
        read(Counts, "sku,location,on_hand,price:de\n").unwrap_err().contains("\"price:de\" is not one of")
    );
}

#[test]
fn of_lines_with_many_columns_fewer_are_given_at_once() {
    let columns = (0..100).map(|index| format!(",name:-:en-x{index:04}")).collect::<Vec<_>>().concat();
    let text = format!("name,price{columns}\n") + &format!("Cup,1{}\n", ",Cup".repeat(100)).repeat(200);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let mut table = Table::new(shop(), file, ProgressBar::hidden());
    table.rewind().unwrap();
    let some = table.next_lines(&mut Faults::default()).unwrap().unwrap();
    assert_eq!((some.len(), some[0].said.texts.len()), (160, 100));
}
