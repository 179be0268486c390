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
    assert!(text(&order["orderDate"]) <= text(&order["updatedAt"]), "changed before it was placed: {order}");
}

/// Whether `found` is what `expected` says, at whatever moment it changed.
pub fn is_same_but_for_the_moment(found: &Value, expected: &Value) -> bool {
    let mut found = found.clone();
    let later = text(&found["updatedAt"]) >= text(&expected["updatedAt"]);
    found["updatedAt"] = expected["updatedAt"].clone();
    later && found == *expected
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
