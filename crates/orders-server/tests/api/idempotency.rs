//! `Idempotency-Key`: sending an order again never makes a second one.

use reqwest::RequestBuilder;
use serde_json::json;

use crate::{
    answer::Answer,
    support::{Place, Server, products},
};

fn keyed(server: &Server, user: i64, key: &str, body: &str) -> RequestBuilder {
    server.posting(user, body).header("idempotency-key", key)
}

fn body(lines: &[(i64, i64)]) -> String {
    products(lines).to_string()
}

/// What a replay has in common with the first answer.
fn told(answer: &Answer) -> (u16, &str, &str, String) {
    (answer.status, answer.header("location"), answer.header("etag"), answer.text())
}

#[tokio::test]
async fn the_same_request_again_gets_the_first_answer_again_whatever_happened_since() {
    let server = Server::start();
    let request = || keyed(&server, 1, "k1", &body(&[(9, 7), (1, 1), (9, 1)]));
    let first = Answer::to(request()).await;
    first.order(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    server.place(1, &[(3, 3)]).await;
    server.track(1, 1, "N1").await.order(200);
    for change in ["track", "ship", "deliver"] {
        let replay = Answer::to(request()).await;
        assert_eq!(told(&replay), told(&first), "{change}");
        assert_eq!(replay.header("idempotency-replayed"), "true");
        match change {
            "track" => server.track(1, 1, "N2").await.order(200),
            "ship" => server.advance(1, 1, "shipped").await.order(200),
            _ => server.advance(1, 1, "delivered").await.order(200),
        };
    }
    assert_eq!(told(&Answer::to(request()).await), told(&first));
    assert_eq!(server.get(1, "/orders/1").await.order(200)["status"], "delivered");
    assert_eq!(server.list("/orders").await.len(), 2);
}

#[tokio::test]
async fn the_answer_stays_that_of_a_cancelled_order() {
    let server = Server::start();
    let request = || keyed(&server, 1, "k1", &body(&[(9, 7)]));
    let first = Answer::to(request()).await;
    server.cancel(1, 1).await.order(200);
    assert_eq!(told(&Answer::to(request()).await), told(&first));
    assert_eq!(first.order(201)["status"], "pending");
}

#[tokio::test]
async fn a_key_outlives_the_process() {
    let place = Place::fresh();
    let mut first = None;
    for _ in 0..2 {
        let server = Server::start_at(&place.url(), &[]);
        let answer = Answer::to(keyed(&server, 1, "k1", &body(&[(9, 7)]))).await;
        assert_eq!(answer.header("idempotency-replayed"), if first.is_some() { "true" } else { "" });
        let before = first.get_or_insert_with(|| answer.clone());
        assert_eq!(told(&answer), told(before));
        assert_eq!(server.list("/orders").await.len(), 1);
    }
}

#[tokio::test]
async fn the_same_key_with_another_body_is_422_even_if_it_means_the_same() {
    let server = Server::start();
    Answer::to(keyed(&server, 1, "k1", &body(&[(9, 7)]))).await.order(201);
    let same_but_for_a_space = body(&[(9, 7)]).replace(':', ": ");
    for other in [body(&[(9, 8)]), same_but_for_a_space] {
        assert_eq!(
            Answer::to(keyed(&server, 1, "k1", &other)).await.problem(422),
            json!({
                "type": "urn:problem:orders:idempotency-key-reused", "title": "Unprocessable Entity",
                "status": 422, "detail": "the Idempotency-Key was used for another request",
            })
        );
    }
    assert_eq!(server.list("/orders").await.len(), 1);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let server = Server::start();
    for (bad, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("{}", 422),
        (r#"{"products": [{"id": 77, "quantity": 1}]}"#, 422),
    ] {
        Answer::to(keyed(&server, 1, "k1", bad)).await.problem(status);
    }
    let wrong_type = server.user(1, reqwest::Method::POST, "/orders").header("idempotency-key", "k1");
    Answer::to(wrong_type.body("{}")).await.problem(415);
    Answer::to(keyed(&server, 4, "k1", &body(&[(9, 7)]))).await.problem(401);
    let answer = Answer::to(keyed(&server, 1, "k1", &body(&[(9, 7)]))).await;
    assert_eq!((&answer.order(201)["id"], answer.header("idempotency-replayed")), (&json!(1), ""));
}

#[tokio::test]
async fn each_user_has_keys_of_their_own_and_case_counts() {
    let server = Server::start();
    for (id, (user, key)) in (1..).zip([(1, "k1"), (2, "k1"), (3, "k1"), (1, "K1"), (1, "k2")]) {
        let answer = Answer::to(keyed(&server, user, key, &body(&[(9, 7)]))).await;
        assert_eq!(answer.order(201)["id"], id, "{user} {key}");
        assert_eq!(answer.header("idempotency-replayed"), "");
    }
}

#[tokio::test]
async fn without_a_key_every_request_makes_an_order() {
    let server = Server::start();
    for id in 1..=3 {
        assert_eq!(server.post(1, body(&[(9, 7)])).await.order(201)["id"], id);
    }
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_ascii_characters() {
    let server = Server::start();
    for (id, key) in (1..).zip(["k", "!\"#~", "\"quoted\"", &"k".repeat(255)]) {
        assert_eq!(Answer::to(keyed(&server, 1, key, &body(&[(9, 7)]))).await.order(201)["id"], id);
    }
    for key in ["", "a b", "a\tb", "é", &"k".repeat(256)] {
        let problem = Answer::to(keyed(&server, 1, key, &body(&[(9, 7)]))).await.problem(400);
        assert_eq!(problem["type"], "urn:problem:orders:malformed", "{key:?}");
    }
    let repeated = keyed(&server, 1, "k", &body(&[(9, 7)])).header("idempotency-key", "k");
    Answer::to(repeated).await.problem(400);
    assert_eq!(server.list("/orders").await.len(), 4);
}

/// The answers to requests that are sent all at once.
async fn all_at_once(requests: impl IntoIterator<Item = RequestBuilder>) -> Vec<Answer> {
    let tasks: Vec<_> = requests.into_iter().map(|request| tokio::spawn(Answer::to(request))).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

#[tokio::test]
async fn two_hundred_requests_with_one_key_at_once_make_one_order() {
    let server = Server::start();
    let answers = all_at_once((0..200).map(|_| keyed(&server, 1, "k1", &body(&[(9, 7)])))).await;
    for answer in &answers {
        assert_eq!(told(answer), told(&answers[0]));
    }
    answers[0].order(201);
    let made = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty());
    assert_eq!(made.count(), 1);
    assert_eq!(server.list("/orders").await, [answers[0].json()]);
}

#[tokio::test]
async fn of_two_bodies_with_one_key_at_once_one_wins_for_all() {
    let server = Server::start();
    let bodies = [body(&[(9, 7)]), body(&[(1, 1)])];
    let answers = all_at_once((0..100).map(|index| keyed(&server, 1, "k1", &bodies[index % 2]))).await;
    let listed = server.list("/orders").await;
    assert_eq!(listed.len(), 1);
    let winner = usize::from(listed[0]["total"] == 1399);
    for (index, answer) in answers.iter().enumerate() {
        if index % 2 == winner {
            assert_eq!(answer.order(201), listed[0]);
        } else {
            assert_eq!(answer.problem(422)["type"], "urn:problem:orders:idempotency-key-reused");
        }
    }
}
