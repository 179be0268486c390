//! Several clients changing one order at once.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    answer::{Answer, shipment},
    support::Server,
};

const ROUNDS: usize = 60;

#[tokio::test]
async fn of_cancel_and_ship_at_once_exactly_one_wins() {
    let server = Server::start();
    let mut wins = [0, 0];
    for round in 0..ROUNDS {
        let status = ["pending", "processing"][round % 2];
        let id = server.order_in(status, true).await;
        let before = server.get(1, &format!("/orders/{id}")).await;
        // Each goes first in half of the rounds.
        let (cancelled, shipped) = if round % 4 < 2 {
            tokio::join!(server.cancel(1, id), server.advance(1, id, "shipped"))
        } else {
            let (shipped, cancelled) = tokio::join!(server.advance(1, id, "shipped"), server.cancel(1, id));
            (cancelled, shipped)
        };
        let after = server.get(1, &format!("/orders/{id}")).await;
        let (winner, loser) =
            if cancelled.status == 200 { (&cancelled, &shipped) } else { (&shipped, &cancelled) };
        wins[usize::from(cancelled.status == 200)] += 1;
        assert_eq!((after.order(200), after.version()), (winner.order(200), winner.version()));
        assert_eq!(after.version(), before.version() + 1);
        let problem = loser.problem(409);
        if cancelled.status == 200 {
            assert_eq!((&after.json()["shipment"], &problem["allowed"]), (&Value::Null, &json!([])));
        } else {
            assert_ne!(after.json()["shipment"], Value::Null);
            assert_eq!(problem["allowed"], json!(["delivered"]));
        }
    }
    assert_eq!(wins.iter().sum::<usize>(), ROUNDS);
}

#[tokio::test]
async fn the_same_change_twice_at_once_is_done_once_and_both_are_told_so() {
    let server = Server::start();
    for round in 0..ROUNDS {
        let id = server.order_in("pending", false).await;
        let (one, other) = match round % 3 {
            0 => tokio::join!(server.cancel(1, id), server.cancel(1, id)),
            1 => tokio::join!(server.cancel(1, id), server.advance(1, id, "cancelled")),
            _ => tokio::join!(server.track(1, id, "N1"), server.track(1, id, "N1")),
        };
        assert_eq!(one.order(200), other.order(200));
        assert_eq!((one.version(), other.version()), (2, 2));
    }
}

#[tokio::test]
async fn of_many_changes_with_the_same_tag_at_once_exactly_one_is_made() {
    let server = Server::start();
    for _ in 0..ROUNDS / 6 {
        let id = server.order_in("pending", false).await;
        let path = format!("/orders/{id}/tracking");
        let changes: JoinSet<_> = (0..16)
            .map(|number| server.user(1, Method::PATCH, &path).json(&shipment(&number.to_string())))
            .map(|request| Answer::to(request.header("if-match", "\"1\"")))
            .collect();
        let (made, refused): (Vec<_>, Vec<_>) =
            changes.join_all().await.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((made.len(), refused.len()), (1, 15));
        for answer in refused {
            answer.problem(412);
        }
        let after = server.get(1, &format!("/orders/{id}")).await;
        assert_eq!((after.order(200), after.version()), (made[0].order(200), 2));
    }
}

#[tokio::test]
async fn changes_without_a_tag_at_once_are_all_made_one_after_the_other() {
    let server = Server::start();
    for _ in 0..ROUNDS / 6 {
        let id = server.order_in("pending", false).await;
        let path = format!("/orders/{id}");
        let change = |what: &str, body: &Value| {
            Answer::to(server.user(1, Method::PATCH, &format!("{path}/{what}")).json(body))
        };
        let mut changes: JoinSet<_> =
            (0..15).map(|number| change("tracking", &shipment(&number.to_string()))).collect();
        changes.spawn(change("status", &json!({"status": "processing"})));
        let mut answers = changes.join_all().await;
        answers.sort_by_key(Answer::version);
        let versions: Vec<_> = answers.iter().map(Answer::version).collect();
        assert_eq!(versions, (2..=17).collect::<Vec<_>>());
        let numbers: BTreeSet<_> = answers
            .iter()
            .map(|answer| answer.order(200)["shipment"]["trackingNumber"].to_string())
            .collect();
        assert!(numbers.len() >= 15, "{numbers:?}");
        // Each change was made on top of the one before: once the status is set it stays.
        assert!(answers.is_sorted_by_key(|answer| answer.order(200)["status"] == "processing"));
        let after = server.get(1, &path).await;
        assert_eq!((after.order(200), after.version()), (answers[15].order(200), 17));
    }
}

#[tokio::test]
async fn orders_placed_at_once_by_several_users_each_have_a_number_of_their_own() {
    let server = Server::start();
    let place = |user| {
        let request = server.user(user, Method::POST, "/orders");
        Answer::to(request.json(&crate::support::products(&[(9, user), (1, 1)])))
    };
    let placing: JoinSet<_> = (0..90).map(|index| place(index % 3 + 1)).collect();
    let mut placed: Vec<_> = placing.join_all().await.iter().map(|answer| answer.order(201)).collect();
    placed.sort_by_key(|order| order["id"].as_i64());
    assert_eq!(server.list("/orders").await, placed);
    for (id, order) in (1..).zip(&placed) {
        let pieces = &order["orderProduct"][0]["quantity"];
        assert_eq!((&order["id"], &order["userId"]), (&json!(id), pieces));
    }
}

#[tokio::test]
async fn sixty_changes_of_one_order_at_once_are_all_made() {
    const CHANGES: i64 = 60;
    let server = Server::start();
    let id = server.order_in("pending", false).await;
    let path = format!("/orders/{id}/tracking");
    let changes: JoinSet<_> = (0..CHANGES)
        .map(|number| Answer::to(server.user(1, Method::PATCH, &path).json(&shipment(&number.to_string()))))
        .collect();
    let mut versions: Vec<_> = changes.join_all().await.iter().map(Answer::version).collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..CHANGES + 2).collect::<Vec<_>>());
}
