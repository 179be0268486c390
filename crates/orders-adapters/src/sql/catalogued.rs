//! What the catalogue has of the lines of a file, against the seam's connection (`super::Conn`).

use std::collections::{BTreeSet, HashMap};

use diesel::QueryResult;
use orders_domain::{
    Product, ProductId,
    catalogue::{
        import::{Found, Known as Showed, ProductLine},
        product::Sku,
    },
    stock::import::{CountLine, Known, Named},
};

use super::{Conn, exporting, listed};

/// The products that some lines of products name.
#[derive(Default)]
pub struct Catalogued {
    by_id: HashMap<ProductId, Product>,
    by_sku: HashMap<Sku, Product>,
    known: HashMap<ProductId, Showed>,
}

impl Catalogued {
    /// Looks for them.
    pub fn find(conn: &mut Conn, lines: &[ProductLine]) -> QueryResult<Self> {
        let mut found = Self::default();
        let ids: Vec<_> = lines.iter().filter_map(|line| line.id.map(ProductId::get)).collect();
        if !ids.is_empty() {
            found
                .by_id
                .extend(exporting::by_ids(conn, &ids)?.into_iter().map(|product| (product.id, product)));
        }
        // A product that has the sku of its own line is not looked for by it again.
        let others = lines.iter().filter(|line| !found.has_its_sku(line));
        let skus: Vec<_> = others.filter_map(|line| line.details.sku.as_ref().map(Sku::as_str)).collect();
        if !skus.is_empty() {
            let with_sku = exporting::by_skus(conn, &skus)?.into_iter();
            found.by_sku.extend(with_sku.filter_map(|product| Some((product.details.sku.clone()?, product))));
        }
        let saying = || lines.iter().filter(|line| !line.said.is_empty());
        let ids: Vec<_> = saying().filter_map(|line| found.target(line)).collect();
        if !ids.is_empty() {
            let (codes, places) = listed::wanted(saying().map(|line| &line.said));
            found.known = listed::known(conn, &ids, &codes, &places)?;
        }
        Ok(found)
    }

    /// The product that a line is about, if there is one.
    fn target(&self, line: &ProductLine) -> Option<ProductId> {
        match line.id {
            Some(id) => self.by_id.contains_key(&id).then_some(id),
            None => self.by_sku.get(line.details.sku.as_ref()?).map(|product| product.id),
        }
    }

    fn has_its_sku(&self, line: &ProductLine) -> bool {
        let product = line.id.and_then(|id| self.by_id.get(&id));
        product.is_some_and(|product| product.details.sku == line.details.sku)
    }

    /// What a line names.
    pub fn of(&self, line: &ProductLine) -> Found {
        let by_id = line.id.and_then(|id| self.by_id.get(&id).cloned());
        let by_sku = match line.details.sku.as_ref() {
            Some(_) if self.has_its_sku(line) => by_id.clone(),
            Some(sku) => self.by_sku.get(sku).cloned(),
            None => None,
        };
        let target = if line.said.is_empty() { None } else { self.target(line) };
        let known = target.and_then(|id| self.known.get(&id).cloned()).unwrap_or_default();
        Found { by_id, by_sku, known }
    }
}

/// The products that some lines of counts name.
pub struct Counted {
    by_id: HashMap<ProductId, Known>,
    by_sku: HashMap<Sku, Known>,
}

impl Counted {
    /// Looks for them.
    pub fn find(conn: &mut Conn, lines: &[CountLine]) -> QueryResult<Self> {
        let (mut ids, mut skus) = (BTreeSet::new(), BTreeSet::new());
        for line in lines {
            match &line.product {
                Named::Id(id, _) => ids.insert(id.get()),
                Named::Sku(sku) => skus.insert(sku.as_str()),
            };
        }
        let by_id =
            if ids.is_empty() { Vec::new() } else { exporting::known_by_ids(conn, &Vec::from_iter(ids))? };
        let by_sku =
            if skus.is_empty() { Vec::new() } else { exporting::known_by_skus(conn, &Vec::from_iter(skus))? };
        Ok(Self {
            by_id: by_id.into_iter().map(|known| (known.id, known)).collect(),
            by_sku: by_sku.into_iter().filter_map(|known| Some((known.sku.clone()?, known))).collect(),
        })
    }

    /// What a line names.
    pub fn of(&self, line: &CountLine) -> Option<&Known> {
        match &line.product {
            Named::Id(id, _) => self.by_id.get(id),
            Named::Sku(sku) => self.by_sku.get(sku),
        }
    }
}
