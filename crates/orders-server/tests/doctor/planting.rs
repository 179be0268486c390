//! Faults, one of each kind and more, each in a place of its own.

use crate::shop::{Found, Shop};

pub mod orders;
pub mod rest;
pub mod stock;

/// Plants faults and notes what is to be found of them.
pub struct Planter<'a> {
    shop: &'a Shop,
    used: Vec<i64>,
    pub expected: Found,
    pub count: usize,
}

impl<'a> Planter<'a> {
    pub fn new(shop: &'a Shop) -> Self {
        Self { shop, used: vec![0], expected: Found::new(), count: 0 }
    }

    /// An order that meets a condition, and that nothing was done to.
    pub fn an_order(&mut self, condition: &str) -> i64 {
        let used: Vec<_> = self.used.iter().map(ToString::to_string).collect();
        let query = format!(
            "SELECT min(id) FROM orders WHERE id > 1 AND id < 400 AND id NOT IN ({}) AND {condition}",
            used.join(", ")
        );
        let found = self.shop.ask(&query);
        let id = found.parse().unwrap_or_else(|_| panic!("no order is {condition}"));
        self.used.push(id);
        id
    }

    /// Plants a fault by which these are to be found: kinds, each with of what.
    pub fn plant(&mut self, statement: &str, expected: &[(&str, &str)]) {
        self.shop.plant(statement);
        self.count += 1;
        self.expected.extend(expected.iter().map(|(kind, of)| ((*kind).to_owned(), (*of).to_owned())));
    }

    /// Plants a fault in an order, whose number stands for `{id}`.
    pub fn in_order(&mut self, id: i64, statement: &str, kinds: &[&str]) {
        let statement = statement.replace("{id}", &id.to_string());
        let of = format!("orders/{id}");
        let expected: Vec<_> = kinds.iter().map(|kind| (*kind, of.as_str())).collect();
        self.plant(&statement, &expected);
    }
}
