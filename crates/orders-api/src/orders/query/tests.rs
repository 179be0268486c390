use orders_domain::{
    Currency, OrderId, OrderProduct, OrderRecord, Progress, Sort, Version, order::contact::Contact,
};

use super::*;

fn parsed(query: &str) -> OrderQuery {
    parse(query, Media::Json).unwrap().0
}

fn refused(query: &str) -> ApiError {
    parse(query, Media::Json).unwrap_err()
}

/// An order that changed last at 10 o'clock.
fn order(id: i64) -> Order {
    let updated = "2026-11-22T10:00:00Z".parse().unwrap();
    let line = OrderProduct::new(9.try_into().unwrap(), 1999.try_into().unwrap(), 7.try_into().unwrap());
    let record = OrderRecord {
        sold_in: orders_domain::SoldIn::BEFORE,
        id: id.try_into().unwrap(),
        user: 1.try_into().unwrap(),
        ordered_at: updated,
        updated_at: updated,
        currency: Currency::USD,
        lines: vec![line],
        progress: Progress::PLACED,
        contact: Contact::default(),
        imported: None,
        version: Version::FIRST,
    };
    Order::restore(record).unwrap()
}

#[test]
fn the_next_link_leads_to_the_same_query_further_on() {
    let (number, updated): (OrderId, _) = (7.try_into().unwrap(), "2026-11-22T10:00:00Z".parse().unwrap());
    for query in [
        "limit=2&status=pending&userId=3&from=2026-11-22T10:00:00.0005%2B02:00&to=2026-11-23T00:00:00Z",
        "from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59.999999999Z",
        "from=2016-12-31T23:59:60Z&to=1969-12-31t23:59:59.1-23:59&after=0",
        "sort=-id&after=9&status=pending,shipped&fulfillment=unfulfilled",
        "marketplace=de&userId=3",
        "marketplace=default&status=shipped,pending",
        "productId=9&sort=id",
        "trackingNumber=1%262%3D%2C3",
        "externalId=A%261&sort=-id",
        "email=%C3%9C%2Btag%40example.org&sort=-id",
        "updatedFrom=2026-11-22T10:00:00.000001Z",
        "updatedTo=2026-11-22T10:00:00Z&sort=-updatedAt",
        "sort=updatedAt&after=2026-11-22T09:00:00Z,5",
    ] {
        let query = parsed(query);
        let link = next_link("/shop", &query, &order(7));
        let inner = link.strip_prefix("</shop/orders?").unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        let after =
            if query.sort.is_by_update() { Cursor::Update(updated, number) } else { Cursor::Order(number) };
        assert_eq!(parsed(inner), OrderQuery { after: Some(after), ..query });
    }
}

#[test]
fn a_list_about_updates_is_sorted_by_them_unless_told() {
    for (query, sort) in [
        ("", Sort::Id),
        ("sort=-id", Sort::IdDescending),
        ("updatedFrom=2026-11-22T10:00:00Z", Sort::Updated),
        ("updatedTo=2026-11-22T10:00:00Z&sort=-updatedAt", Sort::UpdatedDescending),
        ("updatedTo=2026-11-22T10:00:00Z&sort=id", Sort::Id),
    ] {
        assert_eq!(parsed(query).sort, sort, "{query}");
    }
}

#[test]
fn a_moment_that_no_link_could_say_again_is_refused() {
    for moment in ["0000-01-01T00:00:00%2B00:01", "9999-12-31T23:59:59-00:01"] {
        assert!(matches!(refused(&format!("to={moment}")), ApiError::Invalid { .. }), "{moment}");
    }
}

#[test]
fn every_fault_of_a_query_is_named_at_once() {
    let error =
        refused("limit=0&after=01&status=lost&userId=%2B1&from=today&to=2026&page=2&limit=5&sort=x&raw=1");
    let ApiError::Malformed { faults, .. } = error else { panic!("{error:?}") };
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    let expected = [
        "/limit", "/after", "/status", "/userId", "/from", "/to", "/page", "/limit", "/sort", "/raw", "/raw",
    ];
    assert_eq!(pointers, expected);
}

#[test]
fn out_of_range_and_unknown_are_invalid_rather_than_malformed() {
    let long = format!("trackingNumber={}", "9".repeat(129));
    for query in [
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=99999999999999999999",
        "status=Pending",
        "status=pending,",
        "fulfillment=pending",
        "sort=name",
        "trackingNumber=",
        &long,
        "email=ada",
        "raw=true",
        "raw=false",
        "page=2",
        "=1",
    ] {
        assert!(matches!(refused(query), ApiError::Invalid { .. }), "{query}");
    }
    for query in [
        "limit=",
        "limit=1e2",
        "after=00",
        "after=-1",
        "after=2026-11-22T10:00:00Z,",
        "after=2026-11-22T10:00:00Z,0",
        "after=today,7",
        "after=,7",
        "limit=1&limit=1",
        "productId=x",
        "updatedFrom=today",
    ] {
        assert!(matches!(refused(query), ApiError::Malformed { .. }), "{query}");
    }
    assert!(matches!(parse("raw=yes", Media::Csv), Err(ApiError::Malformed { .. })));
    assert!(parse("raw=true", Media::Csv).unwrap().1);
    assert!(!parse("raw=false", Media::Csv).unwrap().1);
}

#[test]
fn no_refusal_says_an_address_again() {
    for email in ["ada.lovelace", "ada.lovelace@", "<ada.lovelace@example.org>"] {
        let text = format!("{:?}", refused(&format!("email={email}&limit=0")));
        assert!(!text.contains("lovelace"), "{text}");
    }
}

#[test]
fn a_plus_that_came_as_a_space_is_still_an_offset() {
    let query = parsed("from=2026-11-22T10:00:00+02:00");
    assert_eq!(query.filter.from.map(precise).unwrap(), "2026-11-22T08:00:00Z");
}
