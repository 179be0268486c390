//! A client that does one thing after another and remembers what it was told.

use std::{collections::BTreeMap, sync::Arc};

use fastrand::Rng;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::{
    order::{self, is_same_but_for_the_moment},
    support::{Server, products},
};

/// A request that makes an order. No two have the same lines.
#[derive(Debug, Clone)]
struct Placement {
    lines: Vec<(i64, i64)>,
    key: Option<String>,
    /// The order, once it was seen.
    made: Option<Value>,
}

/// What was sent and not answered.
#[derive(Debug, Clone)]
enum Open {
    Placement(Placement),
    /// A change to the order as it would be then.
    Change(Value),
}

/// Why something was not done, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// The server is gone.
    Gone,
    /// The server says that its storage is.
    Refused,
}

impl From<reqwest::Error> for Undone {
    fn from(error: reqwest::Error) -> Self {
        assert!(!error.is_builder(), "{error}");
        Self::Gone
    }
}

#[derive(Debug)]
pub struct Client {
    number: i64,
    rng: Rng,
    /// Its orders as last acknowledged.
    orders: BTreeMap<i64, Value>,
    /// Requests with a key and the first answer to them.
    answered: Vec<(Placement, Value)>,
    open: Option<Open>,
    placements: i64,
}

impl Client {
    pub fn new(number: i64, rng: Rng) -> Self {
        Self { number, rng, orders: BTreeMap::new(), answered: Vec::new(), open: None, placements: 0 }
    }

    /// Who it is.
    pub fn user(&self) -> i64 {
        self.number % 3 + 1
    }

    /// Does one thing after another until the server is gone.
    pub async fn work(self, server: &Server) -> Self {
        let (client, undone) = self.work_until_undone(server).await;
        assert_eq!(undone, Undone::Gone, "refused, although the storage is well");
        client
    }

    /// Does one thing after another until something is not done.
    pub async fn work_until_undone(mut self, server: &Server) -> (Self, Undone) {
        loop {
            if let Err(undone) = self.step(server).await {
                return (self, undone);
            }
        }
    }

    /// Does the next thing.
    async fn step(&mut self, server: &Server) -> Result<(), Undone> {
        self.send_again(server).await?;
        match self.rng.u32(0..10) {
            0..3 => self.change(server).await,
            3 => self.replay(server).await,
            _ => self.place(server).await,
        }
    }

    /// Sends what was under way at the last crash again, twice at once, if it has a key.
    pub async fn send_again(&mut self, server: &Server) -> Result<(), Undone> {
        let Some(Open::Placement(placement)) = &self.open else { return Ok(()) };
        let (one, other) = tokio::join!(self.post(server, placement), self.post(server, placement));
        let ((one, again), (other, again_too)) = (one?, other?);
        assert_eq!(one, other, "one key, two answers");
        match &placement.made {
            Some(made) => assert!(again && again_too && one == *made, "{one} was {made} before"),
            None => assert!(again != again_too, "one of two with a new key places the order: {one}"),
        }
        self.acknowledge_placement(placement.clone(), one);
        Ok(())
    }

    /// Places another order.
    pub async fn place(&mut self, server: &Server) -> Result<(), Undone> {
        self.placements += 1;
        // The client's number and the count, as quantities, tell its orders from all others.
        let mut lines = vec![(1, self.number + 1), (2, self.placements)];
        lines.extend((3..=10).filter(|_| self.rng.u8(0..4) == 0).map(|product| (product, product)));
        let key = self.rng.bool().then(|| format!("{}-{}", self.number, self.placements));
        let placement = Placement { lines, key, made: None };
        self.open = Some(Open::Placement(placement.clone()));
        let (made, again) = self.post(server, &placement).await?;
        assert!(!again, "a new key was known: {made}");
        self.acknowledge_placement(placement, made);
        Ok(())
    }

    /// Sends an answered request with a key again: the first answer comes again.
    async fn replay(&mut self, server: &Server) -> Result<(), Undone> {
        let Some((placement, first)) = self.rng.choice(&self.answered) else { return Ok(()) };
        let (answer, again) = self.post(server, placement).await?;
        assert!(again && answer == *first, "{answer} was {first} before");
        Ok(())
    }

    async fn change(&mut self, server: &Server) -> Result<(), Undone> {
        let Some(before) = self.rng.choice(self.orders.values()).cloned() else { return Ok(()) };
        let (left, trackable) = (order::left(&before), order::trackable(&before));
        let is_out = before["orderProduct"].as_array().unwrap().iter().any(|line| line["shipped"] != 0);
        let mut next: Vec<&str> = match before["status"].as_str().unwrap() {
            "pending" => vec!["cancel", "processing", "shipped", "cancelled"],
            "processing" => vec!["cancel", "shipped"],
            "shipped" => vec!["delivered"],
            _ => return Ok(()),
        };
        next.retain(|next| !(is_out && next.starts_with("cancel")));
        if trackable.len() <= 1 {
            next.push("tracking");
        }
        if left[0] > 0 && trackable.iter().all(|parcel| parcel["status"] == "shipped") {
            next.push("shipments");
        }
        let (mut after, id) = (before.clone(), order::id(&before));
        let (route, body) = match *self.rng.choice(&next).unwrap() {
            "tracking" => {
                let number = self.rng.u64(..).to_string();
                let count = i64::try_from(before["shipments"].as_array().unwrap().len()).unwrap();
                let parcel =
                    trackable.first().map_or(json!(count * (1 << 48) + id), |only| only["id"].clone());
                after["shipment"] =
                    json!({"id": parcel, "shippingProvider": "UPS", "trackingNumber": number});
                ("tracking", json!({"shippingProvider": "UPS", "trackingNumber": number}))
            }
            "cancel" => {
                after["status"] = json!("cancelled");
                ("cancel", Value::Null)
            }
            "shipments" => {
                let is_last = left[0] == 1 && left[1..].iter().all(|left| *left == 0);
                after["status"] = json!(if is_last { "shipped" } else { "processing" });
                let line = json!({"orderProductId": before["orderProduct"][0]["id"], "quantity": 1});
                ("shipments", json!({"lines": [line], "status": "shipped"}))
            }
            status => {
                after["status"] = json!(status);
                ("status", json!({"status": status}))
            }
        };
        if after["status"] == "cancelled" {
            after["shipment"] = Value::Null;
        }
        self.open = Some(Open::Change(after.clone()));
        // Parcels are made by the operator.
        let (asker, method, status) =
            if route == "shipments" { (100, Method::POST, 201) } else { (self.user(), Method::PATCH, 200) };
        let request = server.user(asker, method, &format!("/orders/{id}/{route}")).json(&body);
        let (changed, _) = answer(request, status).await?;
        assert!(is_same_but_for_the_moment(&changed, &after), "{changed} instead of {after}");
        self.orders.insert(id, changed);
        self.open = None;
        Ok(())
    }

    async fn post(&self, server: &Server, placement: &Placement) -> Result<(Value, bool), Undone> {
        let mut request = server.user(self.user(), Method::POST, "/orders").json(&products(&placement.lines));
        if let Some(key) = &placement.key {
            request = request.header("Idempotency-Key", key);
        }
        answer(request, 201).await
    }

    fn acknowledge_placement(&mut self, placement: Placement, made: Value) {
        self.assert_made_by(&placement, &made);
        if placement.key.is_some() {
            self.answered.push((placement, made.clone()));
        }
        self.orders.insert(order::id(&made), made);
        self.open = None;
    }

    fn assert_made_by(&self, placement: &Placement, made: &Value) {
        order::assert_whole(made);
        let as_asked = order::lines(made) == placement.lines && made["userId"] == self.user();
        let new = made["status"] == "pending" && made["shipment"].is_null();
        assert!(as_asked && new && made["orderDate"] == made["updatedAt"], "{made} from {placement:?}");
    }

    /// Takes its orders out of those found after a crash: each as it was acknowledged, or as the
    /// request under way would have it.
    pub fn take_from(&mut self, stored: &mut BTreeMap<i64, Value>) {
        for (id, known) in &mut self.orders {
            let found = stored.remove(id).unwrap_or_else(|| panic!("an order is lost: {known}"));
            if let (Some(Open::Change(after)), true) = (&self.open, found != *known)
                && order::id(after) == *id
            {
                assert!(is_same_but_for_the_moment(&found, after), "half a change: {found}");
                *known = found;
            } else {
                assert_eq!(found, *known, "an order is not as it was acknowledged");
            }
        }
        self.open = match self.open.take() {
            Some(Open::Placement(placement)) => self.take_made_by(placement, stored),
            _ => None,
        };
    }

    /// Finds the order of a request under way. What is left to do is to send it again, if it can be.
    fn take_made_by(&mut self, mut placement: Placement, stored: &mut BTreeMap<i64, Value>) -> Option<Open> {
        let made = stored.values().find(|order| order::lines(order) == placement.lines).cloned();
        if let Some(made) = made {
            stored.remove(&order::id(&made));
            self.assert_made_by(&placement, &made);
            self.orders.insert(order::id(&made), made.clone());
            placement.made = Some(made);
        }
        placement.key.is_some().then_some(Open::Placement(placement))
    }

    pub fn acknowledged(&self) -> usize {
        self.orders.len()
    }

    /// The highest number among its orders; 0 without any.
    pub fn last(&self) -> i64 {
        self.orders.keys().next_back().copied().unwrap_or(0)
    }
}

/// The order answered, and whether it was answered before.
async fn answer(request: RequestBuilder, status: u16) -> Result<(Value, bool), Undone> {
    let response: Response = request.send().await?;
    if response.status() == 503 {
        assert_eq!(response.headers()["Retry-After"], "1");
        return Err(Undone::Refused);
    }
    assert_eq!(response.status(), status, "{response:?}");
    let again = response.headers().contains_key("Idempotency-Replayed");
    Ok((response.json().await?, again))
}

/// Has clients work until their server is gone.
pub fn put_to_work(clients: Vec<Client>, server: &Arc<Server>) -> Vec<JoinHandle<Client>> {
    let work = |client: Client| {
        let server = Arc::clone(server);
        tokio::spawn(async move { client.work(&server).await })
    };
    clients.into_iter().map(work).collect()
}

/// The clients, once they have come to their end.
pub async fn done(working: Vec<JoinHandle<Client>>) -> Vec<Client> {
    let mut clients = Vec::new();
    for client in working {
        clients.push(client.await.unwrap());
    }
    clients
}
