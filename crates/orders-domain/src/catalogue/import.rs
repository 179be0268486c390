//! A file of products that is added to the catalogue, or becomes it.
//!
//! A file is gone through twice: once to find every fault while nothing is written, and once to store it. Of
//! each line little is remembered, so that a file may have millions.

use std::{
    collections::{HashMap, HashSet, hash_map::RandomState},
    hash::BuildHasher,
};

use super::product::{ChangedProduct, NewProduct, Product, ProductDetails, Sku};
use crate::{faults::Faults, id::ProductId, invalid::InvalidInput, quoted::Quoted};

mod said;

pub use said::{Known, Said, Tally, TextPlace};

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductLine {
    /// Its number in the file.
    pub line: u64,
    /// Which product it is about; if none is said, the one with its sku, or a new one.
    pub id: Option<ProductId>,
    /// What the product is to be.
    pub details: ProductDetails,
    /// What marketplaces are to say of it.
    pub said: Said,
}

/// What the catalogue has of what a line names, as it was before the import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The product with the line's number.
    pub by_id: Option<Product>,
    /// The product with the line's sku.
    pub by_sku: Option<Product>,
    /// What marketplaces say of the product that the line is about.
    pub known: Known,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Becomes {
    /// A product that is not in the catalogue yet.
    New(NewProduct),
    /// Another version of a product.
    Changed(ChangedProduct),
    /// The product of this number is so already.
    Same(ProductId),
}

/// How many products an import has touched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProductTally {
    /// New ones.
    pub added: u64,
    /// Those that are otherwise since.
    pub changed: u64,
    /// Those that were so already.
    pub unchanged: u64,
    /// Those that are not in the file and could be ordered before.
    pub made_inactive: u64,
    /// Of listings the same.
    pub listings: Tally,
    /// Of texts the same.
    pub texts: Tally,
}

impl ProductTally {
    /// Whether nothing is to be stored.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let of_products = (self.added, self.changed, self.made_inactive) == (0, 0, 0);
        of_products && self.listings.is_idle() && self.texts.is_idle()
    }

    /// Whether every line is a new product, and no other product is touched.
    #[must_use]
    pub fn adds_only(&self) -> bool {
        (self.changed, self.unchanged, self.made_inactive) == (0, 0, 0)
    }
}

/// A sku that another product has, unless a line takes it away from that one.
#[derive(Debug)]
struct Claim {
    line: u64,
    sku: Sku,
    holder: ProductId,
}

/// One go through the file.
#[derive(Debug, Default)]
pub struct ProductImport {
    replace: bool,
    /// What was done.
    pub tally: ProductTally,
    /// What cannot be done.
    pub faults: Faults,
    /// The products that lines were about.
    seen: HashSet<ProductId>,
    /// The skus that lines had.
    skus: HashSet<u64>,
    hashed: RandomState,
    claims: Vec<Claim>,
    /// Skus that were taken from products whose lines are still to come.
    parked: HashMap<ProductId, Sku>,
    /// The largest number that a line names.
    highest: i64,
}

impl ProductImport {
    /// An import that only adds, or one after which the catalogue is what the file says.
    #[must_use]
    pub fn new(replace: bool) -> Self {
        Self { replace, ..Self::default() }
    }

    /// Whether the catalogue becomes what the file says.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.replace
    }

    /// Another go through the same file. Products without a number of their own get the next ones after the
    /// largest that the file names.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { highest: self.highest, ..Self::new(self.replace) }
    }

    /// The number of a product that has none: none that another one has, the largest of those being `last`,
    /// or that a line names.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when there is no larger one.
    pub fn next_id(&mut self, last: i64) -> Result<ProductId, InvalidInput> {
        self.highest = self.highest.max(last).saturating_add(1);
        // The largest one is never given, so that it tells the end.
        if self.highest == i64::MAX {
            return Err(InvalidInput::new(
                "id",
                "is empty, and there is no larger one than those that are taken",
            ));
        }
        let id = ProductId::try_from(self.highest)?;
        self.seen.insert(id);
        Ok(id)
    }

    /// What becomes of a line, and what marketplaces said of its product; `None` if it cannot be, which is kept.
    pub fn decide(&mut self, line: &ProductLine, found: Found) -> Option<(Becomes, Known)> {
        match self.judge(line, found) {
            Ok((becomes, known)) => {
                match &becomes {
                    Becomes::New(_) => self.tally.added += 1,
                    Becomes::Changed(_) => self.tally.changed += 1,
                    Becomes::Same(_) => self.tally.unchanged += 1,
                }
                line.said.count(&known, &mut self.tally.listings, &mut self.tally.texts);
                Some((becomes, known))
            }
            Err(faults) => {
                self.faults.add(line.line, &faults);
                None
            }
        }
    }

    fn judge(&mut self, line: &ProductLine, found: Found) -> Result<(Becomes, Known), Vec<InvalidInput>> {
        let mut faults = Vec::new();
        let sku = line.details.sku.as_ref();
        if let Some(sku) = sku
            && !self.skus.insert(self.hashed.hash_one(sku.as_str()))
        {
            faults.push(sku_fault(sku, "is that of an earlier line too"));
        }
        if let Some(id) = line.id {
            self.highest = self.highest.max(id.get());
        }
        let Found { by_id, by_sku, known } = found;
        let holder = by_sku.as_ref().map(|product| product.id);
        let target = if line.id.is_some() || !self.replace { by_id } else { by_sku };
        let named = line.id.or(target.as_ref().map(|product| product.id));
        if let Some(id) = named
            && !self.seen.insert(id)
        {
            let reason = format!("{id} is that of an earlier line too");
            faults.push(InvalidInput::new("id", reason));
        }
        if !self.replace {
            if let Some(Product { id, .. }) = &target {
                faults.push(InvalidInput::new("id", format!("{id} is taken")));
            }
            if let Some((sku, holder)) = sku.zip(holder) {
                faults.push(sku_fault(sku, &format!("is that of product {holder}")));
            }
        }
        faults.extend(line.said.fault(&known));
        if !faults.is_empty() {
            return Err(faults);
        }
        if let Some((sku, holder)) = sku.zip(holder)
            && named != Some(holder)
        {
            self.claims.push(Claim { line: line.line, sku: sku.clone(), holder });
        }
        let Some(mut product) = target else {
            let new = NewProduct { id: line.id, details: line.details.clone() };
            return Ok((Becomes::New(new), known));
        };
        if let Some(sku) = self.parked.remove(&product.id) {
            product.details.sku = Some(sku);
        }
        let same = Becomes::Same(product.id);
        Ok((product.changed(line.details.clone()).map_or(same, Becomes::Changed), known))
    }

    /// The products whose skus were wanted for others after so many [`Self::claims`]: they are to have none
    /// until they are written themselves.
    pub fn park(&mut self, from: usize) -> Vec<ProductId> {
        let claimed = self.claims.get(from..).unwrap_or_default();
        // Of the others the lines have come, and what they were is known.
        for Claim { sku, holder, .. } in claimed.iter().filter(|claim| !self.seen.contains(&claim.holder)) {
            self.parked.insert(*holder, sku.clone());
        }
        claimed.iter().map(|claim| claim.holder).collect()
    }

    /// How many skus are wanted so far that other products have, for [`Self::park`].
    #[must_use]
    pub fn claims(&self) -> usize {
        self.claims.len()
    }

    /// Ends the lines: a sku that its holder keeps is not given to another.
    pub fn end_lines(&mut self) {
        for Claim { line, sku, holder } in std::mem::take(&mut self.claims) {
            if !self.seen.contains(&holder) {
                self.faults.add(line, &[sku_fault(&sku, &format!("is that of product {holder}"))]);
            }
        }
    }

    /// What becomes of a product that can be ordered, once all lines are known: without a line it no longer
    /// can.
    pub fn leave_out(&mut self, product: &Product) -> Option<ChangedProduct> {
        if self.seen.contains(&product.id) {
            return None;
        }
        let left_out = product.changed(ProductDetails { active: false, ..product.details.clone() })?;
        self.tally.made_inactive += 1;
        Some(left_out)
    }
}

fn sku_fault(sku: &Sku, reason: &str) -> InvalidInput {
    InvalidInput::new("sku", format!("{} {reason}", Quoted(sku.as_str())))
}

#[cfg(test)]
mod tests;
