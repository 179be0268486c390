use orders_domain::{
    ChosenBy, Currency, ExternalId, Imported, Money, NameFrom, OrderProduct, OrderRecord, OrderStatus,
    Progress, Quantity, ShippingProvider, Shown, SoldIn, Tracking, TrackingNumber, Version,
    catalogue::product::ProductName, market::listing::Model, order::contact::Contact,
};
use serde_json::{Value, json};

use super::*;

fn written(shipment: Option<(&str, &str)>, lines: &[(i64, i64, i64)]) -> Value {
    let lines: Vec<_> = lines.iter().map(line).collect();
    placed(shipment, SoldIn::BEFORE, lines)
}

fn line(&(product, price, quantity): &(i64, i64, i64)) -> OrderProduct {
    OrderProduct::new(
        product.try_into().unwrap(),
        Money::try_from(price).unwrap(),
        Quantity::try_from(quantity).unwrap(),
    )
}

fn placed(shipment: Option<(&str, &str)>, sold_in: SoldIn, lines: Vec<OrderProduct>) -> Value {
    of(shipment, sold_in, lines, None)
}

fn of(
    shipment: Option<(&str, &str)>,
    sold_in: SoldIn,
    lines: Vec<OrderProduct>,
    imported: Option<Box<Imported>>,
) -> Value {
    let tracking = shipment.map(|(provider, number)| {
        Tracking::new(ShippingProvider::parse(provider).unwrap(), TrackingNumber::parse(number).unwrap())
    });
    let at = DateTime::UNIX_EPOCH;
    let order = Order::restore(OrderRecord {
        id: 7.try_into().unwrap(),
        user: i64::MAX.try_into().unwrap(),
        ordered_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::from_timestamp_millis(1_700_000_000_120).unwrap(),
        currency: Currency::USD,
        progress: Progress::of_one_parcel(OrderStatus::Processing, tracking, &lines, at),
        contact: Contact::default(),
        imported,
        sold_in,
        lines,
        version: Version::FIRST,
    });
    let mut out = Vec::new();
    order_json(&mut out, &order.unwrap());
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn an_imported_order_says_what_it_is_called_elsewhere_and_when_it_was_placed_there() {
    let imported = Imported {
        external_id: ExternalId::parse(r#"A "1""#).unwrap(),
        placed_at: DateTime::from_timestamp_millis(-1).unwrap(),
    };
    let own = written(None, &[(9, 1999, 7)]);
    let mut order = of(None, SoldIn::BEFORE, vec![line(&(9, 1999, 7))], Some(Box::new(imported)));
    let members = order.as_object_mut().unwrap();
    assert_eq!(members.remove("externalId"), Some(json!(r#"A "1""#)));
    assert_eq!(members.remove("placedAt"), Some(json!("1969-12-31T23:59:59.999Z")));
    // Of others both are absent.
    assert_eq!(order, own);
}

#[test]
fn an_order_is_written_with_exactly_the_fields_of_the_contract() {
    assert_eq!(
        written(None, &[(9, 1999, 7), (1, 1399, 1)]),
        json!({
            "id": 7, "userId": 9_223_372_036_854_775_807_i64, "orderDate": "1970-01-01T00:00:00.000Z",
            "updatedAt": "2023-11-14T22:13:20.120Z", "status": "processing",
            "fulfillment": "unfulfilled", "currency": "USD", "total": 15392, "currentTotal": 15392,
            "marketplace": "default", "marketplaceChosenBy": "default", "locale": null,
            "shipment": null, "shipments": [],
            "orderProduct": [
                {"id": 601, "productId": 9, "price": 1999, "quantity": 7, "shipped": 0, "cancelled": 0,
                    "name": null, "model": null, "nameFrom": null, "priceFrom": "default"},
                {"id": 602, "productId": 1, "price": 1399, "quantity": 1, "shipped": 0, "cancelled": 0,
                    "name": null, "model": null, "nameFrom": null, "priceFrom": "default"},
            ],
        })
    );
}

#[test]
fn an_order_says_where_it_was_placed_and_each_line_how_it_was_shown() {
    let sold_in = SoldIn {
        marketplace: "de".parse().unwrap(),
        chosen_by: ChosenBy::Country,
        locale: "de-AT".parse().ok(),
    };
    let shown = |marketplace: Option<&str>, model: Option<&str>| Shown {
        name: ProductName::parse(r#"Brett "groß""#).unwrap(),
        name_from: NameFrom {
            marketplace: marketplace.and_then(|code| code.parse().ok()),
            locale: "de".parse().unwrap(),
        },
        model: model.and_then(|model| Model::parse(model).ok()),
    };
    let lines = vec![
        line(&(9, 5, 1)).shown_as(shown(Some("de"), Some(r#"B"1"#)).into()),
        line(&(1, 6, 1)).shown_as(shown(None, None).into()),
    ];
    let order = placed(None, sold_in, lines);
    assert_eq!(order["marketplace"], "de");
    assert_eq!((&order["marketplaceChosenBy"], &order["locale"]), (&json!("country"), &json!("de-AT")));
    for (line, model, marketplace) in [(0, json!(r#"B"1"#), json!("de")), (1, Value::Null, Value::Null)] {
        let line = &order["orderProduct"][line];
        assert_eq!((&line["name"], &line["model"]), (&json!(r#"Brett "groß""#), &model));
        assert_eq!(line["nameFrom"], json!({"marketplace": marketplace, "locale": "de"}));
        assert_eq!(line["priceFrom"], "de");
    }
}

#[test]
fn what_clients_wrote_is_escaped() {
    let (provider, number) = (r#"A "B" \C"#, "é\u{2028}/<>");
    let order = written(Some((provider, number)), &[(1, 0, 1)]);
    assert_eq!(order["shipment"], json!({"id": 7, "shippingProvider": provider, "trackingNumber": number}));
}
