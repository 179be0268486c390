//! Several servers on one database.

use std::collections::BTreeSet;

use orders_domain::{
    Order, OrderStatus,
    ports::{Insertion, OrderRepository, PortError},
};
use tokio::task::JoinSet;

use super::{
    common::{at, key, n, new_order, parcel},
    everything, open,
    placing::{place, placed},
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
            tasks.spawn(async move { orders.insert(new_order(1, at(round)), Some(asked)).await.unwrap() });
        }
        let (mut made, mut told) = (Vec::new(), Vec::new());
        for insertion in tasks.join_all().await {
            match insertion {
                Insertion::Placed(order) => made.push(order),
                Insertion::Replayed(order) => told.push(order.id()),
                Insertion::KeyReused => panic!("the same body was refused"),
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
    let first = placed(servers[0].insert(new_order(1, at(0)), Some(key("k", 1))).await.unwrap());
    let send = |server: usize| servers[server].insert(new_order(1, at(day)), Some(key("k", 1)));
    let (one, other) = tokio::join!(send(0), send(1));
    let both = [one.unwrap(), other.unwrap()];
    let made: Vec<_> = both
        .iter()
        .filter_map(|made| match made {
            Insertion::Placed(order) => Some(order.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(made.len(), 1, "{both:?}");
    assert!(both.contains(&Insertion::Replayed(made[0].clone())));
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
        let seen = placed.version();
        let cancelled = placed.clone().cancel(at(10)).unwrap();
        let shipped = placed.advance(OrderStatus::Shipped, at(10)).unwrap();
        let (first, second) = if index == 0 { (cancelled, shipped) } else { (shipped, cancelled) };
        let answers = tokio::join!(servers[0].update(first, seen), servers[1].update(second, seen));
        let (winner, loser) = match answers {
            (Ok(winner), loser) | (loser, Ok(winner)) => (winner, loser),
            neither => panic!("{neither:?}"),
        };
        assert!(matches!(loser, Err(PortError::Stale)), "{loser:?}");
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
            let seen = order.version();
            let tracked = order.track(parcel(&server.to_string()), at(10)).unwrap();
            tasks.spawn(async move { (tracked.id(), orders.update(tracked, seen).await) });
        }
    }
    let mut changed = Vec::new();
    for (id, answer) in tasks.join_all().await {
        match answer {
            Ok(_) => changed.push(id),
            Err(error) => assert!(matches!(error, PortError::Stale), "{error:?}"),
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
