//! What every store of orders must do: each rule is written once and run against each store.
//!
//! A store joins with one line at the end.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::{sync::Arc, time::Duration};

use orders_adapters::{MemoryDatabase, SqliteDatabase};
#[cfg(feature = "postgres")]
use orders_adapters::{PostgresDatabase, sql::postgres::PostgresOptions};
use orders_domain::{
    Storage,
    ports::{Analytics, Catalogue, Deliveries, Feed, Ledger, Markets, Orders as ReadsOrders, Stock},
};

#[path = "repository_contract/analytics.rs"]
mod analytics;
#[path = "common/books.rs"]
mod books;
#[path = "repository_contract/catalogue.rs"]
mod catalogue;
#[path = "repository_contract/changes.rs"]
mod changes;
#[path = "common/orders.rs"]
mod common;
#[path = "repository_contract/consumers.rs"]
mod consumers;
#[path = "repository_contract/crowds.rs"]
mod crowds;
#[path = "repository_contract/deliveries.rs"]
mod deliveries;
#[path = "repository_contract/events.rs"]
mod events;
#[path = "repository_contract/feed.rs"]
mod feed;
#[path = "repository_contract/finding.rs"]
mod finding;
#[path = "repository_contract/handling.rs"]
mod handling;
#[path = "common/hooks.rs"]
mod hooks;
#[path = "repository_contract/insertion.rs"]
mod insertion;
#[path = "repository_contract/keys.rs"]
mod keys;
#[path = "repository_contract/life.rs"]
mod life;
#[path = "repository_contract/listing.rs"]
mod listing;
#[path = "common/lists.rs"]
mod lists;
#[path = "repository_contract/lives.rs"]
mod lives;
#[path = "repository_contract/machine.rs"]
mod machine;
#[path = "repository_contract/markets.rs"]
mod markets;
#[path = "repository_contract/places.rs"]
mod places;
#[path = "common/placing.rs"]
mod placing;
#[cfg(feature = "postgres")]
#[path = "common/postgres.rs"]
mod postgres_server;
#[path = "repository_contract/queues.rs"]
mod queues;
#[path = "repository_contract/recount.rs"]
mod recount;
#[path = "repository_contract/rehearsing.rs"]
mod rehearsing;
#[path = "repository_contract/replaying.rs"]
mod replaying;
#[path = "repository_contract/rows.rs"]
mod rows;
#[path = "repository_contract/selling.rs"]
mod selling;
#[path = "repository_contract/settling.rs"]
mod settling;
#[path = "repository_contract/shipping.rs"]
mod shipping;
#[path = "common/shop.rs"]
mod shop;
#[path = "common/stalls.rs"]
mod stalls;
#[path = "repository_contract/stock.rs"]
mod stock;
#[path = "repository_contract/walks.rs"]
mod walks;
#[path = "repository_contract/webhooks.rs"]
mod webhooks;

use placing::Database;

/// How long a rule may take; one that waits for what never comes is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// The store under test.
type Orders = Arc<dyn Database>;

/// Of each level: product, place, and its numbers in the order of the columns.
type Rows = Vec<(i64, String, [i64; 5])>;

/// A store without orders, and what must be thrown away after it.
struct Fresh {
    orders: Orders,
    storage: Storage,
    /// What the table of levels says.
    rows: Option<Box<dyn Fn() -> Rows>>,
    /// Whether what is sent first is done first.
    has_one_writer: bool,
    _leftovers: Box<dyn std::any::Any>,
}

impl Fresh {
    fn of<D>(database: D, leftovers: impl std::any::Any) -> Self
    where
        D: ReadsOrders + Ledger + Feed + Catalogue + Stock + Markets + Deliveries + Analytics + 'static,
    {
        let database = Arc::new(database);
        let storage = Storage::of(Arc::clone(&database));
        Self { orders: database, storage, rows: None, has_one_writer: true, _leftovers: Box::new(leftovers) }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "other stores may not be there")]
fn memory() -> Option<Fresh> {
    Some(Fresh::of(MemoryDatabase::default(), ()))
}

#[expect(clippy::unnecessary_wraps, reason = "other stores may not be there")]
fn sqlite() -> Option<Fresh> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    let orders = SqliteDatabase::open(&file).unwrap();
    Some(Fresh { rows: Some(Box::new(move || rows::in_file(&file))), ..Fresh::of(orders, folder) })
}

/// `None` where there is no server.
#[cfg(feature = "postgres")]
fn postgres() -> Option<Fresh> {
    let database = postgres_server::database()?;
    let url = database.url().parse().unwrap();
    // Opening blocks, which the thread of a test must not.
    let open = move || PostgresDatabase::open(&url, None, PostgresOptions::default());
    let orders = std::thread::spawn(open).join().unwrap().unwrap();
    let url = database.url();
    let rows: Box<dyn Fn() -> Rows> = Box::new(move || rows::at_url(&url));
    Some(Fresh { rows: Some(rows), has_one_writer: false, ..Fresh::of(orders, database) })
}

/// A test of each rule on a fresh store. A rule that is not listed is dead code, which the
/// compiler reports.
macro_rules! rules {
    ($open:path, $what:ident => $($theme:ident::$rule:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $rule() {
            let Some(fresh) = $open() else { return };
            let kept = tokio::time::timeout(PATIENCE, $theme::$rule(fresh.$what.clone())).await;
            assert!(kept.is_ok(), "not done within {PATIENCE:?}");
        }
    )*};
}

/// The whole suite on one store.
macro_rules! contract {
    ($store:ident) => {
        mod $store {
            use super::*;

            rules! { super::$store, orders =>
                insertion::numbers_ascend_from_1,
                insertion::everything_of_a_new_order_is_stored,
                insertion::an_order_keeps_its_100_lines_in_their_order,
                insertion::a_number_without_an_order_finds_none,
                insertion::dates_never_descend_when_the_clock_goes_backwards,
                insertion::concurrent_insertions_leave_no_gap_and_lose_no_order,
                insertion::reading_and_writing_are_healthy_and_asking_changes_nothing,
                changes::a_change_of_the_version_seen_is_stored,
                changes::a_change_of_another_version_is_stale_and_changes_nothing,
                changes::a_change_of_a_missing_order_is_stale_and_makes_none,
                changes::a_shipment_is_stored_replaced_and_removed,
                changes::every_status_is_stored,
                changes::of_concurrent_changes_to_one_version_exactly_one_wins,
                changes::a_change_touches_no_other_order,
                listing::pages_ascend_from_after_an_id_up_to_the_limit,
                listing::walking_the_pages_meets_every_order_once,
                listing::every_combination_of_filters_lists_what_a_plain_search_finds,
                listing::periods_are_cut_at_the_millisecond,
                listing::a_period_may_reach_to_the_ends_of_time,
                finding::every_list_that_is_offered_shows_what_a_plain_search_finds_to_its_end,
                finding::a_page_begins_behind_whatever_place_is_named,
                finding::an_order_with_a_number_on_two_parcels_is_listed_once_and_pages_stay_full,
                finding::an_order_that_changes_moves_to_its_new_place_in_the_list_by_updates,
                keys::the_same_request_again_is_told_the_order_as_it_was_placed,
                keys::the_same_key_with_another_body_is_refused,
                keys::a_key_belongs_to_its_user,
                keys::a_key_is_kept_for_just_under_a_day,
                keys::a_key_a_day_old_makes_a_new_order_which_it_then_stands_for,
                keys::a_key_counts_from_the_stored_date_of_its_order,
                keys::asking_for_a_key_makes_no_order_and_takes_no_key,
                keys::many_requests_with_one_key_at_once_make_one_order,
                keys::a_change_sent_again_is_told_the_order_as_it_was_then,
                keys::a_change_among_many_sent_again_is_told_the_order_as_it_was_then,
                keys::a_key_stands_for_one_request_whatever_it_is_of,
                keys::many_changes_with_one_key_at_once_make_one_version,
                events::each_version_has_one_event_and_they_add_up_to_the_order,
                events::what_is_refused_or_replayed_makes_no_event,
                events::a_feed_ascends_and_its_pages_meet_every_event_once,
                events::a_feed_shows_what_is_wanted_of_it,
                events::concurrent_changes_leave_no_version_without_its_event,
                events::a_reader_that_follows_meets_every_event_once_in_order,
                events::a_rehearsal_answers_as_in_earnest_and_leaves_nothing,
            }

            rules! { super::$store, storage =>
                catalogue::a_new_shop_has_ten_products_which_nobody_counts,
                catalogue::everything_of_a_product_is_stored,
                catalogue::a_new_product_has_the_number_that_it_is_given_or_the_next_one,
                catalogue::a_number_or_sku_that_is_taken_is_refused_and_uses_up_nothing,
                catalogue::a_change_of_another_version_of_a_product_is_stale,
                catalogue::each_version_of_a_product_has_its_event,
                catalogue::products_are_listed_by_pages_and_by_what_is_asked_for,
                catalogue::a_list_says_what_an_order_could_take_of_each,
                places::everything_of_a_place_is_stored_and_the_older_ones_are_listed_first,
                places::a_code_that_is_taken_is_refused,
                places::a_change_of_another_version_of_a_place_is_stale,
                places::each_version_of_a_place_has_its_event,
                places::a_shop_has_only_so_many_places,
                places::what_is_not_there_has_no_level,
                stock::a_count_is_the_truth_and_becomes_what_it_found,
                stock::a_count_of_a_version_that_is_past_is_stale,
                stock::a_count_below_what_is_reserved_is_short_and_names_the_newest_orders,
                stock::pieces_come_and_go_but_what_orders_hold_stays,
                stock::pieces_go_from_one_place_to_another,
                stock::each_change_of_stock_has_its_event_with_its_level_and_version,
                stock::the_ledger_is_read_page_by_page_and_says_all_of_each_movement,
                selling::a_line_is_reserved_at_the_first_place_that_has_all_of_it_or_else_spread,
                selling::a_line_is_spread_over_64_places_at_most,
                selling::a_place_that_is_not_active_serves_nobody,
                selling::what_is_not_there_is_refused_whole_and_leaves_nothing,
                selling::an_order_has_the_prices_of_its_commit,
                selling::who_expects_another_total_is_told_before_the_stock_is_looked_at,
                selling::what_is_not_for_sale_or_unknown_cannot_be_ordered,
                selling::what_nobody_counts_is_not_reserved_and_a_policy_counts_from_its_change_on,
                selling::more_than_is_there_is_ordered_up_to_the_limit_of_each_place,
                selling::of_many_who_want_the_last_pieces_just_so_many_get_them,
                settling::cancelling_lets_go_of_exactly_what_is_held_and_once,
                settling::of_many_who_cancel_or_ship_one_order_one_settles_it,
                settling::shipping_takes_what_is_held_off_what_is_there,
                settling::what_is_not_on_hand_is_not_shipped_and_nothing_of_its_order_is,
                queues::a_piece_that_an_earlier_order_waits_for_is_not_sent,
                queues::a_count_that_finds_fewer_leaves_what_there_is_to_the_first,
                queues::what_is_brought_to_another_place_lines_up_behind_all_others,
                queues::of_25_orders_that_are_shipped_at_once_the_first_leave,
                shipping::everything_of_parcels_and_cancellations_is_stored_and_lists_show_nothing_personal,
                shipping::an_order_is_as_it_was_at_each_of_its_versions,
                shipping::a_parcel_from_another_place_takes_what_is_held_along_and_only_what_is_free,
                shipping::what_a_planned_parcel_holds_is_for_no_other,
                shipping::pieces_that_are_cancelled_are_let_go_where_they_are_held,
                crowds::of_25_who_ship_and_25_who_cancel_a_line_one_wins,
                shipping::a_contact_is_stored_and_stays_when_others_change_the_order,
                replaying::a_change_of_every_kind_is_answered_again_as_the_first_time,
                replaying::many_deliveries_with_one_key_at_once_bring_the_pieces_once,
                replaying::many_orders_with_one_key_at_once_reserve_once,
                replaying::an_answer_that_is_no_change_keeps_no_key,
                replaying::a_refusal_in_the_middle_of_many_leaves_its_neighbours,
                replaying::a_key_of_the_shops_people_is_kept_for_a_day_too,
                settling::a_change_that_is_stale_leaves_what_its_order_holds,
                crowds::whatever_happens_at_once_the_books_balance,
                crowds::no_order_has_a_price_that_was_past_when_it_was_sent,
                feed::a_feed_of_every_kind_shows_what_is_wanted_of_it,
                feed::each_version_of_a_subject_has_at_most_one_event_and_they_ascend,
                rehearsing::a_rehearsal_of_every_kind_answers_as_in_earnest_and_leaves_nothing,
                rehearsing::a_rehearsal_is_refused_as_in_earnest,
            }

            rules! { super::$store, storage =>
                markets::an_order_keeps_the_price_and_the_name_that_its_marketplace_has_shown,
                markets::what_a_marketplace_does_not_list_is_not_sold_there_and_nothing_is_written,
                markets::nothing_is_sold_by_a_marketplace_that_has_changed_since_it_was_chosen,
                markets::a_currency_changes_only_while_nothing_is_priced_or_sold_in_it,
                markets::a_host_and_a_country_lead_to_one_marketplace,
                markets::every_country_with_every_head_leads_to_the_same_marketplace,
                markets::a_list_of_products_shows_what_a_marketplace_lists,
                markets::a_product_has_so_many_texts_and_no_more,
                markets::what_was_set_by_two_at_once_is_stale_for_one,
                markets::every_line_has_the_price_and_the_name_of_its_commit_whatever_else_changes,
                markets::events_are_found_by_their_marketplace,
            }

            rules! { super::$store, storage =>
                webhooks::everything_of_a_webhook_is_stored_and_its_secret_apart,
                webhooks::a_webhook_begins_with_the_event_after_its_own,
                webhooks::a_change_of_another_version_of_a_webhook_is_stale,
                webhooks::no_event_of_a_webhook_has_a_secret_in_it_nor_what_is_kept_with_it,
                webhooks::after_a_rotation_the_last_two_secrets_sign_for_a_day,
                webhooks::secrets_of_another_key_are_refused,
                webhooks::a_shop_has_only_so_many_webhooks_that_are_not_deleted,
                webhooks::a_key_of_a_webhook_is_answered_as_the_first_time_without_its_secret,
                webhooks::a_rehearsal_of_a_webhook_leaves_nothing,
                consumers::a_consumer_reads_from_where_it_was_opened_first,
                consumers::what_is_no_consumer_is_nobodys,
                consumers::only_the_holder_steps_forward,
                consumers::a_cursor_never_goes_back_and_failing_is_as_it_is_told,
                consumers::what_is_sent_once_more_moves_forward_until_its_end,
                consumers::a_webhook_that_is_active_again_has_not_failed_and_whoever_skips_begins_with_the_next_event,
                deliveries::everything_of_a_delivery_is_stored_with_every_try_in_order,
                deliveries::what_is_due_comes_with_its_event_the_longest_due_first,
                deliveries::an_event_follows_once_the_earlier_one_of_its_subject_has_ended,
                deliveries::an_event_that_is_sent_once_more_lets_none_pass_the_one_that_they_wait_for,
                deliveries::what_is_known_of_events_says_which_have_to_wait,
                deliveries::whatever_became_of_an_event_it_is_sent_once_more,
                deliveries::what_is_skipped_or_dropped_is_not_sent,
                deliveries::the_log_ascends_by_event_and_name_and_its_pages_meet_each_delivery_once,
                handling::what_is_done_by_a_message_is_done_once_however_often_it_comes,
                handling::a_message_by_which_nothing_could_be_done_may_come_again,
                handling::what_has_ended_is_forgotten_a_few_rows_at_a_time_and_what_waits_never,
                analytics::figures_of_currencies_and_marketplaces_are_told_apart,
                analytics::the_best_sellers_of_each_currency_come_first,
                analytics::amounts_stop_at_the_end_of_their_range_and_nothing_else_is_lost,
                analytics::what_is_not_counted_yet_is_told,
            }

            #[test]
            fn any_life_of_orders_counts_as_a_plain_recount_in_every_zone() {
                analytics::any_life_of_orders_counts_as_a_plain_recount_in_every_zone(super::$store);
            }

            #[test]
            fn any_sequence_of_calls_is_answered_as_by_the_store_in_memory() {
                walks::any_sequence_of_calls_is_answered_as_by_the_store_in_memory(super::$store);
            }

            #[test]
            fn any_life_of_a_shop_is_as_in_memory_and_its_books_balance() {
                machine::any_life_of_a_shop_is_as_in_memory_and_its_books_balance(super::$store);
            }
        }
    };
}

contract!(memory);
contract!(sqlite);
#[cfg(feature = "postgres")]
contract!(postgres);
