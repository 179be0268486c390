//! Random walks: the store in memory is simple enough to be the model of the others.

use chrono::TimeDelta;
use orders_adapters::MemoryDatabase;
use orders_domain::{
    Idempotency, Order, OrderFilter, OrderList, OrderQuery, OrderStatus, Step, Subject, ports::EventFilter,
};
use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::TestRunner};

use super::{
    Fresh,
    common::{at, changing, key, n, new_order, parcel, placing},
    placing::{Database, told},
};

#[derive(Debug, Clone)]
enum Call {
    Insert { user: i64, asked: Option<Idempotency> },
    Replay { user: i64, asked: Idempotency },
    Track { order: i64, number: u8, behind: bool, asked: Option<Idempotency> },
    Advance { order: i64, to: OrderStatus, asked: Option<Idempotency>, dry: bool },
    Events { order: Option<i64>, limit: i64 },
    Page { user: Option<i64>, status: Option<OrderStatus>, from_hour: Option<i64>, limit: i64 },
}

/// A call, and how many hours pass before it.
fn call() -> impl Strategy<Value = (i64, Call)> {
    let asked = || (select(vec!["a", "b"]), 1..=2_u8).prop_map(|(text, body)| key(text, body));
    let status = || select(OrderStatus::ALL.to_vec());
    let call = prop_oneof![
        5 => (1..=2_i64, option::of(asked())).prop_map(|(user, asked)| Call::Insert { user, asked }),
        1 => (1..=2_i64, asked()).prop_map(|(user, asked)| Call::Replay { user, asked }),
        2 => (1..=9_i64, 1..=2_u8, any::<bool>(), option::of(asked()))
            .prop_map(|(order, number, behind, asked)| Call::Track { order, number, behind, asked }),
        3 => (1..=9_i64, status(), option::of(asked()), any::<bool>())
            .prop_map(|(order, to, asked, dry)| Call::Advance { order, to, asked, dry }),
        1 => (option::of(1..=9_i64), 1..=5_i64).prop_map(|(order, limit)| Call::Events { order, limit }),
        1 => (option::of(1..=2_i64), option::of(status()), option::of(0..=60_i64), 1..=5_i64)
            .prop_map(|(user, status, from_hour, limit)| Call::Page { user, status, from_hour, limit }),
    ];
    (select(vec![0, 0, 1, 11, 13]), call)
}

/// Changes the order if it is there and the change is allowed. What came of it.
async fn change(
    orders: &dyn Database,
    id: i64,
    behind: bool,
    (asked, dry): (Option<Idempotency>, bool),
    change: impl Fn(Order) -> Option<Step>,
) -> String {
    let Some(mut order) = orders.find(n(id)).await.unwrap() else { return "no such order".to_owned() };
    if behind {
        order = order.as_placed();
    }
    match change(order) {
        Some(step @ Step::Changed(_)) => {
            let work = changing(step, asked);
            let answer = if dry { orders.rehearse(work).await } else { orders.commit(work).await };
            format!("{:?}", told(answer))
        }
        Some(Step::Same(_)) => "nothing to do".to_owned(),
        None => "not allowed".to_owned(),
    }
}

/// The answer to the call, for comparing.
async fn answer(orders: &dyn Database, hour: i64, call: Call) -> String {
    let now = at(0) + TimeDelta::hours(hour);
    match call {
        Call::Insert { user, asked } => {
            format!("{:?}", told(orders.commit(placing(new_order(user, now), asked)).await))
        }
        Call::Replay { user, asked } => format!("{:?}", orders.recall(n(user), asked, now).await),
        Call::Track { order, number, behind, asked } => {
            let track = |order: Order| order.track(parcel(&number.to_string()), now).ok();
            change(orders, order, behind, (asked, false), track).await
        }
        Call::Advance { order, to, asked, dry } => {
            change(orders, order, false, (asked, dry), |order| order.advance(to, now).ok()).await
        }
        // What an event is called goes by how many numbers were given out in vain.
        Call::Events { order, limit } => {
            let subject = order.map(|order| Subject::Order(n(order)));
            let filter = EventFilter { subject, ..EventFilter::default() };
            let (mut after, mut all) = (None, Vec::new());
            loop {
                let page = orders.events(filter.clone(), after, limit.try_into().unwrap()).await.unwrap();
                all.extend(
                    page.events.into_iter().map(|event| (event.subject, event.version, event.at, event.what)),
                );
                after = page.cursor;
                if !page.more {
                    return format!("{all:?}");
                }
            }
        }
        Call::Page { user, status, from_hour, limit } => {
            let from = from_hour.map(|hour| at(0) + TimeDelta::hours(hour));
            let status = status.map(Into::into);
            let filter = OrderFilter { status, user: user.map(n), from, ..OrderFilter::default() };
            let query = OrderQuery { filter, limit: n(limit), ..OrderQuery::default() };
            format!("{:?}", orders.page(OrderList::of(query).unwrap()).await)
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
        let (fresh, model) = (open().unwrap(), MemoryDatabase::default());
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
