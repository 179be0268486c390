//! What must hold of every order, whatever happened.

use serde_json::Value;

/// Whether the order is whole: its lines sum to its total, its parts agree with each other.
pub fn assert_whole(order: &Value) {
    let lines = order["orderProduct"].as_array().unwrap();
    let sum: i64 = lines.iter().map(|line| number(&line["price"]) * number(&line["quantity"])).sum();
    assert!(!lines.is_empty() && sum == number(&order["total"]), "half an order: {order}");
    let words = ["pending", "processing", "shipped", "delivered", "cancelled"];
    assert!(words.contains(&order["status"].as_str().unwrap()), "no such status: {order}");
    assert!(order["status"] != "cancelled" || order["shipment"].is_null(), "cancelled, yet shipped: {order}");
    let parcels = order["shipments"].as_array().unwrap();
    for line in lines {
        let out: i64 = parcels
            .iter()
            .filter(|parcel| parcel["status"] == "shipped" || parcel["status"] == "delivered")
            .flat_map(|parcel| parcel["lines"].as_array().unwrap())
            .filter(|part| part["orderProductId"] == line["id"])
            .map(|part| number(&part["quantity"]))
            .sum();
        assert_eq!(out, number(&line["shipped"]), "half a parcel: {order}");
    }
    assert!(text(&order["orderDate"]) <= text(&order["updatedAt"]), "changed before it was placed: {order}");
}

/// Whether `found` is what `expected` says, at whatever moment it changed.
pub fn is_same_but_for_the_moment(found: &Value, expected: &Value) -> bool {
    let mut found = found.clone();
    let later = text(&found["updatedAt"]) >= text(&expected["updatedAt"]);
    found["updatedAt"] = expected["updatedAt"].clone();
    later && without_parcels(&found) == without_parcels(expected)
}

/// The order without what follows from its parcels.
fn without_parcels(order: &Value) -> Value {
    let mut order = order.clone();
    let members = order.as_object_mut().unwrap();
    for member in ["fulfillment", "currentTotal", "shipments"] {
        members.remove(member);
    }
    for line in order["orderProduct"].as_array_mut().unwrap() {
        line.as_object_mut().unwrap().remove("shipped");
        line.as_object_mut().unwrap().remove("cancelled");
    }
    order
}

/// The parcels that are planned or on their way.
pub fn trackable(order: &Value) -> Vec<&Value> {
    let parcels = order["shipments"].as_array().unwrap().iter();
    parcels.filter(|parcel| parcel["status"] == "planned" || parcel["status"] == "shipped").collect()
}

/// How many pieces of each line have not left.
pub fn left(order: &Value) -> Vec<i64> {
    let lines = order["orderProduct"].as_array().unwrap().iter();
    lines
        .map(|line| number(&line["quantity"]) - number(&line["shipped"]) - number(&line["cancelled"]))
        .collect()
}

/// `(product, quantity)` of each line.
pub fn lines(order: &Value) -> Vec<(i64, i64)> {
    let lines = order["orderProduct"].as_array().unwrap();
    lines.iter().map(|line| (number(&line["productId"]), number(&line["quantity"]))).collect()
}

pub fn id(order: &Value) -> i64 {
    number(&order["id"])
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
