//! The table of what was counted.

diesel::table! {
    rollups (kind, span, quarter, marketplace, currency, product_id) {
        kind -> Text,
        span -> BigInt,
        quarter -> BigInt,
        marketplace -> Text,
        currency -> Text,
        product_id -> BigInt,
        orders -> BigInt,
        units -> BigInt,
        gross -> BigInt,
        cancelled -> BigInt,
        shipped -> BigInt,
        timed -> BigInt,
        ship_seconds -> BigInt,
    }
}
