//! Several servers on one database.

use std::collections::BTreeSet;

use orders_domain::{Order, OrderStatus, ports::Orders};
use tokio::task::JoinSet;

use super::{
    common::{at, key, n, new_order, parcel},
    everything, open,
    placing::{Told, insert, place, placed, update},
    postgres_server,
};

const ROUNDS: i64 = 40;

#[tokio::test(flavor = "multi_thread")]
async fn one_key_at_two_servers_at_once_makes_one_order() {
    let Some(database) = postgres_server::database() else { return };
    let servers = [open(&database), open(&database)];
    for round in 0..ROUNDS {
        let mut tasks = JoinSet::new();
        for number in 0..6 {
            let orders = servers[number % 2].clone();
            // Several keys in a batch, which the servers meet in different orders.
            let asked = key(&format!("{round}-{}", number / 2 % 3), 1);
            tasks.spawn(async move { insert(&*orders, new_order(1, at(round)), Some(asked)).await });
        }
        let (mut made, mut told) = (Vec::new(), Vec::new());
        for insertion in tasks.join_all().await {
            match insertion {
                Told::Now(order) => made.push(order),
                Told::Before(order) => told.push(order.id()),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(made.len(), 3, "of two with one key, one is first");
        assert_eq!(BTreeSet::from_iter(told), made.iter().map(Order::id).collect());
    }
    assert_eq!(everything(&servers[0]).await.len(), usize::try_from(ROUNDS * 3).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_key_at_two_servers_at_once_makes_one_new_order() {
    let Some(database) = postgres_server::database() else { return };
    let servers = [open(&database), open(&database)];
    let day = 24 * 3_600_000;
    let first = placed(insert(&*servers[0], new_order(1, at(0)), Some(key("k", 1))).await);
    let send = |server: usize| insert(&*servers[server], new_order(1, at(day)), Some(key("k", 1)));
    let (one, other) = tokio::join!(send(0), send(1));
    let both = [one, other];
    let made: Vec<_> = both
        .iter()
        .filter_map(|made| match made {
            Told::Now(order) => Some(order.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(made.len(), 1, "{both:?}");
    assert!(both.contains(&Told::Before(made[0].clone())));
    assert_ne!(made[0].id(), first.id());
    assert_eq!(everything(&servers[1]).await, [first, made[0].clone()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_changes_at_two_servers_to_one_version_exactly_one_wins() {
    let Some(database) = postgres_server::database() else { return };
    let servers = [open(&database), open(&database)];
    let order = place(&*servers[0], 1, at(0)).await;
    let other = place(&*servers[0], 1, at(0)).await;
    for (index, placed) in [order, other].into_iter().enumerate() {
        let cancelled = placed.clone().cancel(at(10)).unwrap();
        let shipped = placed.advance(OrderStatus::Shipped, at(10)).unwrap();
        let (first, second) = if index == 0 { (cancelled, shipped) } else { (shipped, cancelled) };
        let answers = tokio::join!(update(&*servers[0], first), update(&*servers[1], second));
        let (winner, loser) = match answers {
            (Told::Now(winner), loser) | (loser, Told::Now(winner)) => (winner, loser),
            neither => panic!("{neither:?}"),
        };
        assert_eq!(loser, Told::Stale);
        assert_eq!(servers[1].find(winner.id()).await.unwrap(), Some(winner));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_many_orders_at_two_servers_all_come_to_an_end() {
    let Some(database) = postgres_server::database() else { return };
    let servers = [open(&database), open(&database)];
    let mut placed = Vec::new();
    for _ in 0..20 {
        placed.push(place(&*servers[0], 1, at(0)).await);
    }
    let mut tasks = JoinSet::new();
    // Each server gets them in the other order, each order from both.
    for index in 0..20 {
        for (server, order) in [(0, &placed[index]), (1, &placed[19 - index])] {
            let (orders, order) = (servers[server].clone(), order.clone());
            let tracked = order.clone().track(parcel(&server.to_string()), at(10)).unwrap();
            tasks.spawn(async move { (order.id(), update(&*orders, tracked).await) });
        }
    }
    let mut changed = Vec::new();
    for (id, answer) in tasks.join_all().await {
        match answer {
            Told::Now(_) => changed.push(id),
            other => assert_eq!(other, Told::Stale),
        }
    }
    changed.sort_unstable();
    assert_eq!(changed, placed.iter().map(Order::id).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_clock_is_behind_gives_no_order_an_earlier_date() {
    let Some(database) = postgres_server::database() else { return };
    let servers = [open(&database), open(&database)];
    for (server, now, stored) in [(0, 5_000, 5_000), (1, 100, 5_000), (0, 6_000, 6_000), (1, 5_999, 6_000)] {
        let order = place(&*servers[server], 1, at(now)).await;
        assert_eq!(order.ordered_at(), at(stored));
        assert_eq!(servers[1 - server].find(order.id()).await.unwrap(), Some(order));
    }
    assert_eq!(servers[0].find(n(5)).await.unwrap(), None);
}
