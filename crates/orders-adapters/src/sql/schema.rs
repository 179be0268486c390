//! The tables, for every backend.

diesel::table! {
    orders (id) {
        id -> BigInt,
        user_id -> BigInt,
        order_date -> BigInt,
        updated_at -> BigInt,
        status -> Text,
        currency -> Text,
        shipping_provider -> Nullable<Text>,
        tracking_number -> Nullable<Text>,
        version -> BigInt,
        idempotency_key -> Nullable<Text>,
        request_fingerprint -> Nullable<Binary>,
    }
}

diesel::table! {
    order_products (order_id, position) {
        order_id -> BigInt,
        position -> Integer,
        product_id -> BigInt,
        price -> BigInt,
        quantity -> BigInt,
    }
}

diesel::table! {
    revocations (user_id) {
        user_id -> BigInt,
        revoked_at -> BigInt,
    }
}

diesel::joinable!(order_products -> orders (order_id));
diesel::allow_tables_to_appear_in_same_query!(orders, order_products);
