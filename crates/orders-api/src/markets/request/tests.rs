use super::*;

fn sent(body: &str) -> (Json<'_>, Faults) {
    Json::parse(body.as_bytes()).unwrap()
}

fn pointers(error: ApiError) -> (u16, Vec<String>) {
    let (status, faults) = match error {
        ApiError::Malformed { faults, .. } => (400, faults),
        ApiError::Invalid { faults, .. } => (422, faults),
        other => panic!("{other:?}"),
    };
    let mut pointers: Vec<_> = faults.into_iter().map(|fault| fault.pointer).collect();
    pointers.sort_unstable();
    (status, pointers)
}

const LEAST: &str = r#"{"code": "de", "name": "Deutschland", "currency": "EUR", "defaultLocale": "DE-at", "timeZone": "UTC"}"#;

#[test]
fn what_is_not_said_of_a_marketplace_is_the_plainest() {
    let details = new(sent(LEAST)).unwrap().details;
    assert_eq!((details.price_includes_tax, details.active, details.host), (false, true, None));
    assert!(details.countries.is_empty());
    assert_eq!(details.default_locale.as_str(), "de-AT");
}

#[test]
fn every_fault_of_a_marketplace_is_named() {
    let body = r#"{"code": "D", "currency": "XAU", "defaultLocale": "german!", "timeZone": "Berlin", "x": 1,
        "priceIncludesTax": null, "countries": ["DE", "de", 1, "DE"], "host": "a:80", "active": 1}"#;
    let expected = [
        "/active",
        "/code",
        "/countries/1",
        "/countries/2",
        "/countries/3",
        "/currency",
        "/defaultLocale",
        "/host",
        "/name",
        "/priceIncludesTax",
        "/timeZone",
        "/x",
    ];
    assert_eq!(pointers(new(sent(body)).unwrap_err()), (400, expected.map(str::to_owned).to_vec()));
}

#[test]
fn the_word_of_a_route_is_no_code() {
    let error = new(sent(&LEAST.replace("\"de\"", "\"resolve\""))).unwrap_err();
    assert_eq!(pointers(error), (422, vec!["/code".to_owned()]));
}

#[test]
fn null_takes_the_host_away_and_nothing_else() {
    let mut details = new(sent(LEAST)).unwrap().details;
    details.host = "shop.example".parse().ok();
    assert_eq!(patch(sent("{}")).unwrap().of(details.clone()), details);
    let countries = patch(sent(r#"{"countries": ["CH", "AT"], "host": null}"#)).unwrap().of(details.clone());
    assert_eq!((countries.host, countries.countries.len()), (None, 2));
    let error = patch(sent(r#"{"code": "fr", "name": null, "countries": null}"#)).unwrap_err();
    assert_eq!(pointers(error), (400, ["/code", "/countries", "/name"].map(str::to_owned).to_vec()));
}
