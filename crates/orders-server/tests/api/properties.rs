//! Random sequences of requests from several users against a naive model of the contract.

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    answer::{Answer, STATUSES, moment, old, shipment},
    support::{Server, products},
};

const PRICES: [i64; 10] = [1399, 1250, 899, 3499, 4995, 7900, 2750, 6450, 1999, 1150];

/// What somebody asks. Orders are named by their place among those of the case.
#[derive(Debug, Clone)]
enum Step {
    Place { user: i64, lines: Vec<(i64, i64)> },
    Change { user: i64, order: usize, change: Change, only_if: OnlyIf },
}

#[derive(Debug, Clone)]
enum Change {
    Track(u8),
    Advance(usize),
    Cancel,
}

/// Which tag a change names in `If-Match`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum OnlyIf {
    Nothing,
    Present,
    Another,
}

fn step() -> impl Strategy<Value = Step> {
    // Now and then a product that is not sold and a quantity that cannot be.
    let line = (1..=11_i64, prop_oneof![9 => 1..=5_i64, 1 => Just(0), 1 => Just(60_000)]);
    let place = (1..=3_i64, vec(line, 1..4)).prop_map(|(user, lines)| Step::Place { user, lines });
    let change = prop_oneof![
        3 => (0..3_u8).prop_map(Change::Track),
        6 => (0..STATUSES.len()).prop_map(Change::Advance),
        1 => Just(Change::Cancel),
    ];
    let only_if =
        prop_oneof![4 => Just(OnlyIf::Nothing), 1 => Just(OnlyIf::Present), 1 => Just(OnlyIf::Another)];
    // Mostly the owner asks: user 0 stands for them.
    let user = prop_oneof![5 => Just(0), 1 => 1..=3_i64];
    let change = (user, 0..4_usize, change, only_if)
        .prop_map(|(user, order, change, only_if)| Step::Change { user, order, change, only_if });
    prop_oneof![1 => place, 5 => change]
}

/// An order as the contract has it.
#[derive(Debug)]
struct Model {
    id: i64,
    user: i64,
    lines: Vec<(i64, i64)>,
    status: usize,
    number: Option<u8>,
    version: i64,
}

impl Model {
    /// Makes the change, or tells the status of the refusal.
    fn change(&mut self, user: i64, change: &Change, only_if: OnlyIf) -> u16 {
        if user != self.user {
            return 401;
        }
        if only_if == OnlyIf::Another {
            return 412;
        }
        let [pending, processing, shipped, delivered, cancelled] = [0, 1, 2, 3, 4];
        match *change {
            Change::Track(_) if [delivered, cancelled].contains(&self.status) => return 409,
            Change::Track(number) if self.number == Some(number) => return 200,
            Change::Track(number) => self.number = Some(number),
            Change::Advance(to) if to == self.status => return 200,
            Change::Cancel if self.status == cancelled => return 200,
            Change::Advance(_) if [delivered, cancelled].contains(&self.status) => return 409,
            Change::Advance(to) if to == cancelled => return self.change(user, &Change::Cancel, only_if),
            Change::Advance(to) if to < self.status || to == delivered && self.status != shipped => {
                return 409;
            }
            Change::Advance(to) => self.status = to,
            Change::Cancel if ![pending, processing].contains(&self.status) => return 409,
            Change::Cancel => (self.status, self.number) = (cancelled, None),
        }
        self.version += 1;
        200
    }

    fn assert_is(&self, answer: &Answer) {
        let order = answer.json();
        let lines = order["orderProduct"].as_array().unwrap();
        let line = |(line, &(product, quantity)): (&Value, &(i64, i64))| {
            let price = PRICES[usize::try_from(product - 1).unwrap()];
            json!({"id": line["id"], "productId": product, "price": price, "quantity": quantity})
        };
        let total: i64 = lines
            .iter()
            .map(|line| line["price"].as_i64().unwrap() * line["quantity"].as_i64().unwrap())
            .sum();
        let parcel = self.number.map(|number| {
            json!({"id": order["shipment"]["id"], "shippingProvider": "USPS", "trackingNumber": number.to_string()})
        });
        let expected = json!({
            "id": self.id, "userId": self.user, "orderDate": order["orderDate"], "updatedAt": order["updatedAt"],
            "status": STATUSES[self.status], "currency": "USD", "total": total, "shipment": parcel,
            "orderProduct": lines.iter().zip(&self.lines).map(line).collect::<Value>(),
        });
        assert_eq!((&old(&order), answer.version()), (&expected, self.version));
        let (placed, updated) = (moment(&order, "orderDate"), moment(&order, "updatedAt"));
        assert!(placed == updated || placed < updated && self.version > 1, "{order}");
    }
}

/// The lines as the order has them, or nothing if they are refused.
fn merged(lines: &[(i64, i64)]) -> Option<Vec<(i64, i64)>> {
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for &(product, quantity) in lines {
        match merged.iter_mut().find(|(other, _)| *other == product) {
            Some((_, sum)) => *sum += quantity,
            None => merged.push((product, quantity)),
        }
    }
    let sold = lines.iter().all(|(product, quantity)| *product <= 10 && *quantity >= 1);
    (sold && merged.iter().all(|(_, quantity)| *quantity <= 100_000)).then_some(merged)
}

async fn place(server: &Server, orders: &mut Vec<Model>, user: i64, lines: &[(i64, i64)]) {
    let answer = server.post(user, products(lines).to_string()).await;
    match merged(lines) {
        Some(lines) => {
            let id = answer.order(201)["id"].as_i64().unwrap();
            let order = Model { id, user, lines, status: 0, number: None, version: 1 };
            order.assert_is(&answer);
            orders.push(order);
        }
        None => drop(answer.problem(422)),
    }
}

fn request(server: &Server, user: i64, id: i64, change: &Change) -> RequestBuilder {
    let patch = |what| server.user(user, Method::PATCH, &format!("/orders/{id}/{what}"));
    match change {
        Change::Track(number) => patch("tracking").json(&shipment(&number.to_string())),
        Change::Advance(to) => patch("status").json(&json!({"status": STATUSES[*to]})),
        Change::Cancel => patch("cancel"),
    }
}

async fn change(server: &Server, order: &mut Model, user: i64, change: &Change, only_if: OnlyIf) {
    let user = if user == 0 { order.user } else { user };
    let mut asked = request(server, user, order.id, change);
    if only_if != OnlyIf::Nothing {
        let version = if only_if == OnlyIf::Present { order.version } else { order.version + 1 };
        asked = asked.header("if-match", format!("\"{version}\""));
    }
    let before = server.get(order.user, &format!("/orders/{}", order.id)).await;
    let answer = Answer::to(asked).await;
    let expected = order.change(user, change, only_if);
    assert_eq!(answer.status, expected, "{change:?} by {user} of {order:?}: {}", answer.text());
    let after = server.get(order.user, &format!("/orders/{}", order.id)).await;
    order.assert_is(&after);
    if expected == 200 {
        assert_eq!((answer.json(), answer.version()), (after.json(), after.version()));
    }
    // The tag changes with every change of the order, and only then.
    assert_eq!(before.json() == after.json(), before.version() == after.version());
    assert!(before.version() <= after.version());
    assert!(before.json()["updatedAt"].as_str() <= after.json()["updatedAt"].as_str());
}

async fn run(server: &Server, steps: Vec<Step>) {
    let mut orders = Vec::new();
    place(server, &mut orders, 1, &[(9, 7), (1, 1)]).await;
    for step in steps {
        match step {
            Step::Place { user, lines } => place(server, &mut orders, user, &lines).await,
            Step::Change { user, order, change: wanted, only_if } => {
                let index = order % orders.len();
                change(server, &mut orders[index], user, &wanted, only_if).await;
            }
        }
    }
    for order in &orders {
        order.assert_is(&server.get(order.user, &format!("/orders/{}", order.id)).await);
    }
}

#[test]
fn any_sequence_of_changes_answers_as_the_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::start();
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&vec(step(), 20), |steps| {
        runtime.block_on(run(&server, steps));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
