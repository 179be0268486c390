//! Random walks: the store in memory is simple enough to be the model of the others.

use chrono::TimeDelta;
use orders_adapters::MemoryOrders;
use orders_domain::{Idempotency, Order, OrderFilter, OrderQuery, OrderStatus, ports::OrderRepository};
use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::TestRunner};

use super::{
    Fresh,
    common::{at, key, n, new_order, parcel},
};

#[derive(Debug, Clone)]
enum Call {
    Insert { user: i64, asked: Option<Idempotency> },
    Replay { user: i64, asked: Idempotency },
    Track { order: i64, number: u8, behind: bool },
    Advance { order: i64, to: OrderStatus },
    Page { user: Option<i64>, status: Option<OrderStatus>, from_hour: Option<i64>, limit: i64 },
}

/// A call, and how many hours pass before it.
fn call() -> impl Strategy<Value = (i64, Call)> {
    let asked = || (select(vec!["a", "b"]), 1..=2_u8).prop_map(|(text, body)| key(text, body));
    let status = || select(OrderStatus::ALL.to_vec());
    let call = prop_oneof![
        5 => (1..=2_i64, option::of(asked())).prop_map(|(user, asked)| Call::Insert { user, asked }),
        1 => (1..=2_i64, asked()).prop_map(|(user, asked)| Call::Replay { user, asked }),
        2 => (1..=9_i64, 1..=2_u8, any::<bool>())
            .prop_map(|(order, number, behind)| Call::Track { order, number, behind }),
        3 => (1..=9_i64, status()).prop_map(|(order, to)| Call::Advance { order, to }),
        1 => (option::of(1..=2_i64), option::of(status()), option::of(0..=60_i64), 1..=5_i64)
            .prop_map(|(user, status, from_hour, limit)| Call::Page { user, status, from_hour, limit }),
    ];
    (select(vec![0, 0, 1, 11, 13]), call)
}

/// Changes the order if it is there and the change is allowed. What came of it.
async fn change(
    orders: &dyn OrderRepository,
    id: i64,
    behind: bool,
    change: impl FnOnce(Order) -> Option<Order>,
) -> String {
    let Some(order) = orders.find(n(id)).await.unwrap() else { return "no such order".to_owned() };
    let seen = if behind { n(order.version().get() + 1) } else { order.version() };
    match change(order) {
        Some(changed) => format!("{:?}", orders.update(changed, seen).await),
        None => "not allowed".to_owned(),
    }
}

/// The answer to the call, for comparing.
async fn answer(orders: &dyn OrderRepository, hour: i64, call: Call) -> String {
    let now = at(0) + TimeDelta::hours(hour);
    match call {
        Call::Insert { user, asked } => {
            format!("{:?}", orders.insert(new_order(user, now), asked).await)
        }
        Call::Replay { user, asked } => format!("{:?}", orders.replay(n(user), asked, now).await),
        Call::Track { order, number, behind } => {
            change(orders, order, behind, |order| order.track(parcel(&number.to_string()), now).ok()).await
        }
        Call::Advance { order, to } => {
            change(orders, order, false, |order| order.advance(to, now).ok()).await
        }
        Call::Page { user, status, from_hour, limit } => {
            let from = from_hour.map(|hour| at(0) + TimeDelta::hours(hour));
            let filter = OrderFilter { status, user: user.map(n), from, to: None };
            format!("{:?}", orders.page(OrderQuery { filter, after: None, limit: n(limit) }).await)
        }
    }
}

pub fn any_sequence_of_calls_is_answered_as_by_the_store_in_memory(open: fn() -> Option<Fresh>) {
    if open().is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let walk = |calls: Vec<(i64, Call)>| {
        let (fresh, model) = (open().unwrap(), MemoryOrders::default());
        let mut hour = 0;
        for (hours, call) in calls {
            hour += hours;
            let given = runtime.block_on(answer(&*fresh.orders, hour, call.clone()));
            let expected = runtime.block_on(answer(&model, hour, call.clone()));
            prop_assert_eq!(given, expected, "to {:?} in hour {}", call, hour);
        }
        Ok(())
    };
    TestRunner::new(config).run(&vec(call(), 1..60), walk).unwrap();
}
