//! The tables, for every backend, with the columns that this program uses.

mod counted;

pub use counted::rollups;

diesel::table! {
    orders (id) {
        id -> BigInt,
        user_id -> BigInt,
        order_date -> BigInt,
        updated_at -> BigInt,
        status -> Text,
        currency -> Text,
        version -> BigInt,
        fulfillment -> Nullable<Text>,
        current_total -> Nullable<BigInt>,
        email -> Nullable<Text>,
        ship_to -> Nullable<Text>,
        marketplace -> Nullable<Text>,
        chosen_by -> Nullable<Text>,
        locale -> Nullable<Text>,
        external_id -> Nullable<Text>,
        placed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    order_products (id) {
        id -> BigInt,
        order_id -> BigInt,
        product_id -> BigInt,
        price -> BigInt,
        quantity -> BigInt,
        name -> Nullable<Text>,
        model -> Nullable<Text>,
        name_from -> Nullable<Text>,
    }
}

diesel::table! {
    order_shipments (order_id, number) {
        id -> BigInt,
        order_id -> BigInt,
        number -> BigInt,
        location_id -> Nullable<BigInt>,
        status -> Text,
        shipping_provider -> Nullable<Text>,
        tracking_number -> Nullable<Text>,
        weight_g -> Nullable<BigInt>,
        reasons -> Nullable<Text>,
        created_at -> BigInt,
        shipped_at -> Nullable<BigInt>,
        delivered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    order_shipment_products (shipment_id, line) {
        shipment_id -> BigInt,
        line -> BigInt,
        quantity -> BigInt,
    }
}

diesel::table! {
    order_cancellations (order_id, number) {
        order_id -> BigInt,
        number -> BigInt,
        reason -> Text,
        note -> Nullable<Text>,
        event -> BigInt,
    }
}

diesel::table! {
    order_cancelled_products (order_id, number, line) {
        order_id -> BigInt,
        number -> BigInt,
        line -> BigInt,
        quantity -> BigInt,
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
        marketplace -> Nullable<Text>,
        trace_context -> Nullable<Binary>,
    }
}

diesel::table! {
    revocations (user_id) {
        user_id -> BigInt,
        revoked_at -> BigInt,
    }
}

diesel::table! {
    shop (id) {
        id -> BigInt,
        currency -> Text,
        secrets_key -> Nullable<Binary>,
    }
}

diesel::table! {
    marketplaces (code) {
        code -> Text,
        name -> Text,
        currency -> Text,
        default_locale -> Text,
        time_zone -> Text,
        price_includes_tax -> Bool,
        host -> Nullable<Text>,
        active -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    marketplace_countries (country) {
        country -> Text,
        marketplace -> Text,
    }
}

diesel::table! {
    listings (product_id, marketplace) {
        product_id -> BigInt,
        marketplace -> Text,
        price -> BigInt,
        model -> Nullable<Text>,
        active -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    product_texts (product_id, marketplace, locale) {
        product_id -> BigInt,
        marketplace -> Text,
        locale -> Text,
        name -> Text,
        description -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    webhooks (id) {
        id -> BigInt,
        url -> Text,
        types -> Text,
        state -> Text,
        secret -> Binary,
        previous_secret -> Nullable<Binary>,
        previous_until -> Nullable<BigInt>,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    consumers (name) {
        name -> Text,
        cursor -> BigInt,
        replay_after -> Nullable<BigInt>,
        replay_until -> Nullable<BigInt>,
        failing_since -> Nullable<BigInt>,
        holder -> Nullable<Text>,
        held_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    inbox (consumer, message_id) {
        consumer -> Text,
        message_id -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    deliveries (consumer, event) {
        consumer -> Text,
        event -> BigInt,
        kind -> Text,
        subject -> BigInt,
        state -> Text,
        next_at -> Nullable<BigInt>,
        tries -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    attempts (consumer, event, number) {
        consumer -> Text,
        event -> BigInt,
        number -> BigInt,
        at -> BigInt,
        took_ms -> BigInt,
        status -> Nullable<BigInt>,
        body -> Nullable<Text>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    products (id) {
        id -> BigInt,
        sku -> Nullable<Text>,
        name -> Text,
        price -> BigInt,
        currency -> Text,
        weight_g -> Nullable<BigInt>,
        length_mm -> Nullable<BigInt>,
        width_mm -> Nullable<BigInt>,
        height_mm -> Nullable<BigInt>,
        stock_policy -> Text,
        active -> Bool,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    locations (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        country -> Text,
        latitude_e6 -> Nullable<BigInt>,
        longitude_e6 -> Nullable<BigInt>,
        priority -> BigInt,
        parcel_max_g -> Nullable<BigInt>,
        parcel_max_mm3 -> Nullable<BigInt>,
        parcel_max_side_mm -> Nullable<BigInt>,
        active -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    stock_levels (product_id, location_id) {
        product_id -> BigInt,
        location_id -> BigInt,
        on_hand -> BigInt,
        reserved -> BigInt,
        backorder_limit -> BigInt,
        short -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    stock_movements (id) {
        id -> BigInt,
        product_id -> BigInt,
        location_id -> BigInt,
        kind -> Text,
        quantity -> BigInt,
        on_hand_after -> BigInt,
        reserved_after -> BigInt,
        line -> Nullable<BigInt>,
        shipment -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(products, stock_levels, locations, stock_movements, listings);
diesel::allow_tables_to_appear_in_same_query!(orders, order_cancellations);
