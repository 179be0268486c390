//! Faults of levels and movements, and of what orders hold.

use super::{Planter, orders::PENDING};

/// In orders that were served, which hold what is counted. The first of them has the number 401.
pub fn plant(planter: &mut Planter<'_>) {
    let level = |product: i64| format!("stock/{product}/MAIN");
    let main = planter.shop.ask("SELECT id FROM locations WHERE code = 'MAIN'").parse::<i64>().unwrap();
    let seeded = planter.shop.ask("SELECT min(product_id) FROM stock_levels WHERE product_id < 60");
    let seeded = seeded.parse::<i64>().unwrap();
    let of_seeded = format!(
        "stock/{seeded}/{}",
        planter.shop.ask(&format!("SELECT code FROM locations WHERE id = (SELECT min(location_id) FROM stock_levels WHERE product_id = {seeded})"))
    );
    let newest = "(SELECT max(id) FROM events)";

    planter.in_order(
        401,
        "UPDATE order_cancelled_products SET quantity = 3 WHERE order_id = {id} AND number = 1",
        &["order.cancellation"],
    );
    planter.in_order(
        401,
        "UPDATE order_cancellations SET event = 1 WHERE order_id = {id} AND number = 2",
        &["order.cancellation_event"],
    );
    planter.in_order(
        405,
        "UPDATE events SET data = replace(data, '\"checkpoint\":[\"pending\"', '\"checkpoint\":[\"processing\"') \
         WHERE kind = 'order' AND subject = {id} AND version = 16",
        &["order.checkpoint"],
    );
    // The ledger agrees with itself, and the line holds a piece too few.
    planter.in_order(
        406,
        &format!(
            "INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, at) \
             SELECT {newest} * 8192 + 8000, product_id, location_id, 'released', 1, on_hand, reserved - 1, {{id}} * 100 - 99, 0 \
             FROM stock_levels WHERE product_id = 107 AND location_id = {main}; \
             UPDATE stock_levels SET reserved = reserved - 1 WHERE product_id = 107 AND location_id = {main}"
        ),
        &["order.held"],
    );
    // It is called off, and holds a piece all the same.
    planter.in_order(
        404,
        &format!(
            "INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, at) \
             SELECT {newest} * 8192 + 8001, product_id, location_id, 'reserved', 1, on_hand, reserved + 1, {{id}} * 100 - 99, 0 \
             FROM stock_levels WHERE product_id = 105 AND location_id = {main}; \
             UPDATE stock_levels SET reserved = reserved + 1 WHERE product_id = 105 AND location_id = {main}"
        ),
        &["order.held"],
    );
    let column = |product: i64, what: &str| {
        format!("UPDATE stock_levels SET {what} WHERE product_id = {product} AND location_id = {main}")
    };
    planter.plant(&column(108, "on_hand = on_hand + 3"), &[("level.sum", &level(108))]);
    planter.plant(&column(109, "short = 5"), &[("level.short", &level(109))]);
    planter.plant(&column(110, "version = version + 1"), &[("level.version", &level(110))]);
    planter.plant(
        &format!("UPDATE stock_movements SET on_hand_after = 61 WHERE product_id = 111 AND location_id = {main} AND kind = 'added'"),
        &[("movement.chain", &level(111))],
    );
    planter.plant(
        &format!("UPDATE stock_movements SET line = NULL WHERE product_id = 112 AND location_id = {main} AND kind = 'reserved'"),
        &[("movement.line", &level(112))],
    );
    planter.plant(
        &format!("UPDATE stock_movements SET id = id + 8192000000000 WHERE product_id = {seeded} AND location_id = \
            (SELECT min(location_id) FROM stock_levels WHERE product_id = {seeded})"),
        &[("movement.event", &of_seeded)],
    );
    planter.plant(
        &format!("INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, at) \
            VALUES ({newest} * 8192 + 8002, 999999, {main}, 'received', 1, 1, 0, 0)"),
        &[("movement.place", &level(999_999))],
    );
    planter.plant(
        "DELETE FROM stock_levels WHERE product_id = 108 AND location_id = (SELECT id FROM locations WHERE code = 'BACK')",
        &[("level.missing", "stock/108/BACK"), ("thing.alone", "stock/108/BACK")],
    );
    let other = planter.an_order(PENDING);
    planter.in_order(
        other,
        &format!("UPDATE stock_movements SET line = {{id}} * 100 - 99 WHERE product_id = 103 AND location_id = {main} \
            AND kind = 'reserved'"),
        &["order.movement"],
    );
}
