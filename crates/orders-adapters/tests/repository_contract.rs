//! What every store of orders must do: each rule is written once and run against each store.
//!
//! A store joins with one line at the end.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::{sync::Arc, time::Duration};

use orders_adapters::{MemoryDatabase, SqliteDatabase};
#[cfg(feature = "postgres")]
use orders_adapters::{PostgresDatabase, sql::postgres::PostgresOptions};

#[path = "repository_contract/changes.rs"]
mod changes;
#[path = "common/orders.rs"]
mod common;
#[path = "repository_contract/events.rs"]
mod events;
#[path = "repository_contract/insertion.rs"]
mod insertion;
#[path = "repository_contract/keys.rs"]
mod keys;
#[path = "repository_contract/listing.rs"]
mod listing;
#[path = "common/placing.rs"]
mod placing;
#[cfg(feature = "postgres")]
#[path = "common/postgres.rs"]
mod postgres_server;
#[path = "repository_contract/walks.rs"]
mod walks;

use placing::Database;

/// How long a rule may take; one that waits for what never comes is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// The store under test.
type Orders = Arc<dyn Database>;

/// A store without orders, and what must be thrown away after it.
struct Fresh {
    orders: Orders,
    _leftovers: Box<dyn std::any::Any>,
}

#[expect(clippy::unnecessary_wraps, reason = "other stores may not be there")]
fn memory() -> Option<Fresh> {
    Some(Fresh { orders: Arc::new(MemoryDatabase::default()), _leftovers: Box::new(()) })
}

#[expect(clippy::unnecessary_wraps, reason = "other stores may not be there")]
fn sqlite() -> Option<Fresh> {
    let folder = tempfile::tempdir().unwrap();
    let orders = SqliteDatabase::open(&folder.path().join("orders.sqlite")).unwrap();
    Some(Fresh { orders: Arc::new(orders), _leftovers: Box::new(folder) })
}

/// `None` where there is no server.
#[cfg(feature = "postgres")]
fn postgres() -> Option<Fresh> {
    let database = postgres_server::database()?;
    let url = database.url().parse().unwrap();
    // Opening blocks, which the thread of a test must not.
    let open = move || PostgresDatabase::open(&url, None, PostgresOptions::default());
    let orders = std::thread::spawn(open).join().unwrap().unwrap();
    Some(Fresh { orders: Arc::new(orders), _leftovers: Box::new(database) })
}

/// A test of each rule on a fresh store. A rule that is not listed is dead code, which the
/// compiler reports.
macro_rules! rules {
    ($open:path => $($theme:ident::$rule:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $rule() {
            let Some(fresh) = $open() else { return };
            let kept = tokio::time::timeout(PATIENCE, $theme::$rule(fresh.orders.clone())).await;
            assert!(kept.is_ok(), "not done within {PATIENCE:?}");
        }
    )*};
}

/// The whole suite on one store.
macro_rules! contract {
    ($store:ident) => {
        mod $store {
            use super::*;

            rules! { super::$store =>
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

            #[test]
            fn any_sequence_of_calls_is_answered_as_by_the_store_in_memory() {
                walks::any_sequence_of_calls_is_answered_as_by_the_store_in_memory(super::$store);
            }
        }
    };
}

contract!(memory);
contract!(sqlite);
#[cfg(feature = "postgres")]
contract!(postgres);
