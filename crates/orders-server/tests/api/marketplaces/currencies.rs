//! Amounts in currencies of every minor unit.

use super::*;

#[tokio::test]
async fn amounts_of_zero_to_four_decimals_are_the_same_whole_numbers_everywhere() {
    let server = Server::start();
    for (code, currency, price) in
        [("jp", "JPY", 1_980_i64), ("us", "USD", 1_999), ("kw", "KWD", 12_345), ("cl", "CLF", 54_321)]
    {
        server.add_market(market(code, &json!({"currency": currency}))).await.order(201);
        server.set_listing(9, code, json!({"price": price})).await.order(201);
        let shown = server.ask(&format!("/products/9?marketplace={code}"), &[]).await.order(200);
        assert_eq!((&shown["price"], &shown["currency"]), (&json!(price), &json!(currency)));
        let products = json!([{"id": 9, "quantity": 3}]);
        let order =
            server.order("", &[], &json!({"marketplace": code, "products": products})).await.order(201);
        let amounts =
            (&order["currency"], &order["total"], &order["currentTotal"], &order["orderProduct"][0]["price"]);
        assert_eq!(amounts, (&json!(currency), &json!(3 * price), &json!(3 * price), &json!(price)));
        let again = server.get(1, &format!("/orders/{}", order["id"])).await.order(200);
        assert_eq!(again, order);
    }
}

#[tokio::test]
async fn what_has_no_minor_unit_is_no_currency_of_a_marketplace() {
    let server = Server::start();
    for (currency, reason) in [
        ("XAU", "currency XAU has no minor unit, so nothing is priced in it"),
        ("XXX", "currency XXX has no minor unit, so nothing is priced in it"),
        ("ABC", "currency ABC is not in ISO 4217"),
        ("eur", "currency \"eur\" is not three capital letters"),
    ] {
        let refused = server.add_market(market("xx", &json!({"currency": currency}))).await;
        assert_eq!(refused.pointers(422), ["/currency"]);
        assert_eq!(refused.json()["errors"][0]["detail"], reason);
    }
}
