//! The tables, for every backend, with the columns that this program uses.

diesel::table! {
    orders (id) {
        id -> BigInt,
        user_id -> BigInt,
        order_date -> BigInt,
        updated_at -> BigInt,
        status -> Text,
        currency -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    order_products (id) {
        id -> BigInt,
        order_id -> BigInt,
        product_id -> BigInt,
        price -> BigInt,
        quantity -> BigInt,
    }
}

diesel::table! {
    order_shipments (id) {
        id -> BigInt,
        order_id -> BigInt,
        shipping_provider -> Text,
        tracking_number -> Text,
    }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        kind -> Text,
        subject -> BigInt,
        version -> BigInt,
        #[sql_name = "type"]
        type_ -> Text,
        at -> BigInt,
        actor_kind -> Text,
        actor -> Nullable<BigInt>,
        request_id -> Nullable<Text>,
        data -> Text,
        idempotency_key -> Nullable<Text>,
        request_fingerprint -> Nullable<Binary>,
    }
}

diesel::table! {
    revocations (user_id) {
        user_id -> BigInt,
        revoked_at -> BigInt,
    }
}
