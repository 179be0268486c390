//! What the catalogue has of the lines of a file, against the seam's connection (`super::Conn`).

use std::collections::{BTreeSet, HashMap};

use diesel::QueryResult;
use orders_domain::{
    Product, ProductId,
    catalogue::{
        import::{Found, ProductLine},
        product::Sku,
    },
    stock::import::{CountLine, Known, Named},
};

use super::{Conn, exporting};

/// What the catalogue has of some lines.
#[derive(Default)]
pub struct Catalogued {
    by_id: HashMap<ProductId, Product>,
    by_sku: HashMap<Sku, Product>,
}

impl Catalogued {
    fn find(conn: &mut Conn, ids: &[i64], skus: &[&str]) -> QueryResult<Self> {
        let mut found = Self::default();
        if !ids.is_empty() {
            found
                .by_id
                .extend(exporting::by_ids(conn, ids)?.into_iter().map(|product| (product.id, product)));
        }
        if !skus.is_empty() {
            let with_sku = exporting::by_skus(conn, skus)?.into_iter();
            found.by_sku.extend(with_sku.filter_map(|product| Some((product.details.sku.clone()?, product))));
        }
        Ok(found)
    }

    pub fn of_products(conn: &mut Conn, lines: &[ProductLine]) -> QueryResult<Self> {
        let ids: Vec<_> = lines.iter().filter_map(|line| line.id.map(ProductId::get)).collect();
        let skus: Vec<_> =
            lines.iter().filter_map(|line| line.details.sku.as_ref().map(Sku::as_str)).collect();
        Self::find(conn, &ids, &skus)
    }

    pub fn of_product(&self, line: &ProductLine) -> Found {
        Found {
            by_id: line.id.and_then(|id| self.by_id.get(&id).cloned()),
            by_sku: line.details.sku.as_ref().and_then(|sku| self.by_sku.get(sku).cloned()),
        }
    }

    pub fn of_counts(conn: &mut Conn, lines: &[CountLine]) -> QueryResult<Self> {
        let (mut ids, mut skus) = (BTreeSet::new(), BTreeSet::new());
        for line in lines {
            match &line.product {
                Named::Id(id, _) => ids.insert(id.get()),
                Named::Sku(sku) => skus.insert(sku.as_str()),
            };
        }
        Self::find(conn, &Vec::from_iter(ids), &Vec::from_iter(skus))
    }

    pub fn of_count(&self, line: &CountLine) -> Option<Known> {
        let product = match &line.product {
            Named::Id(id, _) => self.by_id.get(id),
            Named::Sku(sku) => self.by_sku.get(sku),
        };
        product.map(|product| Known { id: product.id, sku: product.details.sku.clone() })
    }
}
