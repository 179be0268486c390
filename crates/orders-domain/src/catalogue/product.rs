//! What the shop sells.

use std::{fmt, str::FromStr};

use super::size::{Grams, Size};
use crate::{
    event::facts::Facts,
    id::ProductId,
    invalid::{InvalidInput, list},
    money::{Currency, Money},
    quoted::Quoted,
    text::short_text,
    version::Version,
};

short_text! {
    /// A product's name for people: 1 to 200 characters.
    ProductName, "name", 200
}
short_text! {
    /// The shop's own word for a product (stock keeping unit): 1 to 64 characters, another for each product.
    Sku, "sku", 64
}

/// Whether pieces of a product are counted, and what happens when there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StockPolicy {
    /// Nobody counts: any number can be ordered.
    Untracked,
    /// What is not there cannot be ordered.
    Deny,
    /// Up to the limit of each place more can be ordered than is there.
    Backorder,
}

const POLICIES: [(StockPolicy, &str); 3] = [
    (StockPolicy::Untracked, "untracked"),
    (StockPolicy::Deny, "deny"),
    (StockPolicy::Backorder, "backorder"),
];

impl StockPolicy {
    /// Each policy.
    pub const ALL: [Self; 3] = [Self::Untracked, Self::Deny, Self::Backorder];

    /// The word for it on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        POLICIES[self as usize].1
    }

    /// Whether pieces are counted.
    #[must_use]
    pub fn is_tracked(self) -> bool {
        self != Self::Untracked
    }
}

impl fmt::Display for StockPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for StockPolicy {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        Self::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| {
            let reason = format!("{} is not one of {}", Quoted(word), list(&Self::ALL));
            InvalidInput::new("stockPolicy", reason)
        })
    }
}

/// What is said of a product, and can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductDetails {
    /// The shop's own word for it.
    pub sku: Option<Sku>,
    /// Its name for people.
    pub name: ProductName,
    /// The price of one piece at this moment.
    pub price: Money,
    /// The currency of the price: the shop's own.
    pub currency: Currency,
    /// The weight of one piece, if it is known.
    pub weight: Option<Grams>,
    /// The size of one piece, if it is known.
    pub size: Option<Size>,
    /// Whether it is counted.
    pub policy: StockPolicy,
    /// Whether it can be ordered.
    pub active: bool,
}

/// On what terms a product is sold: what placing an order needs to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The price of one piece.
    pub price: Money,
    /// The currency of the price.
    pub currency: Currency,
    /// Whether it is counted.
    pub policy: StockPolicy,
    /// Whether it can be ordered.
    pub active: bool,
}

/// A product as the catalogue knows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its number.
    pub id: ProductId,
    /// What is said of it.
    pub details: ProductDetails,
    /// How often it was changed.
    pub version: Version,
}

impl Product {
    /// A product of which only name and price are said: it can be ordered, and nobody counts it.
    #[must_use]
    pub fn uncounted(id: ProductId, name: ProductName, price: Money, currency: Currency) -> Self {
        let details = ProductDetails {
            sku: None,
            name,
            price,
            currency,
            weight: None,
            size: None,
            policy: StockPolicy::Untracked,
            active: true,
        };
        Self { id, details, version: Version::FIRST }
    }

    /// On what terms it is sold.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let ProductDetails { price, currency, policy, active, .. } = self.details;
        Terms { price, currency, policy, active }
    }

    /// The same product with other details; `None` if they are the same.
    #[must_use]
    pub fn changed(&self, details: ProductDetails) -> Option<ChangedProduct> {
        let (before, after) = (self.details.facts(), details.facts());
        let said = Facts::new().with("from", before.unlike(&after)).with("to", after.unlike(&before));
        let product = Self { id: self.id, details, version: self.version.next() };
        (product.details != self.details).then_some(ChangedProduct { product, seen: self.version, said })
    }
}

/// A changed product with what is said of the change. Only a change of a [`Product`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedProduct {
    product: Product,
    seen: Version,
    said: Facts,
}

impl ChangedProduct {
    /// The product as it has become.
    #[must_use]
    pub fn product(&self) -> &Product {
        &self.product
    }

    /// The version that was changed.
    #[must_use]
    pub fn seen(&self) -> Version {
        self.seen
    }

    /// What its event says: the members that changed, from what to what.
    #[must_use]
    pub fn said(&self) -> &Facts {
        &self.said
    }
}

/// A product that is not in the catalogue yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// The number that it is to have; the next one if none is said.
    pub id: Option<ProductId>,
    /// What is said of it.
    pub details: ProductDetails,
}

impl ProductDetails {
    /// Its members as events show them.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let size = self.size.map(|size| {
            Facts::new()
                .with("lengthMm", size.length.get())
                .with("widthMm", size.width.get())
                .with("heightMm", size.height.get())
        });
        Facts::new()
            .with("sku", self.sku.as_ref().map(Sku::as_str))
            .with("name", self.name.as_str())
            .with("price", self.price.minor_units())
            .with("currency", self.currency.code())
            .with("weightGrams", self.weight.map(Grams::get))
            .with("size", size)
            .with("stockPolicy", self.policy.as_str())
            .with("active", self.active)
    }

    /// The details that these facts were made of.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are none.
    pub fn of_facts(facts: &Facts) -> Result<Self, InvalidInput> {
        let size = |facts: &Facts| {
            Ok(Size {
                length: facts.number("lengthMm")?.try_into()?,
                width: facts.number("widthMm")?.try_into()?,
                height: facts.number("heightMm")?.try_into()?,
            })
        };
        Ok(Self {
            sku: facts.may_text("sku")?.map(Sku::parse).transpose()?,
            name: ProductName::parse(facts.text("name")?)?,
            price: facts.number("price")?.try_into()?,
            currency: facts.text("currency")?.parse()?,
            weight: facts.may_number("weightGrams")?.map(Grams::try_from).transpose()?,
            size: facts.may_facts("size")?.map(size).transpose()?,
            policy: facts.text("stockPolicy")?.parse()?,
            active: facts.flag("active")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lamp() -> Product {
        let size = Size {
            length: 300.try_into().unwrap(),
            width: 200.try_into().unwrap(),
            height: 100.try_into().unwrap(),
        };
        let name = ProductName::parse("Desk lamp").unwrap();
        let mut product =
            Product::uncounted(5.try_into().unwrap(), name, 4995.try_into().unwrap(), Currency::USD);
        product.details.size = Some(size);
        product
    }

    #[test]
    fn a_change_says_what_it_changed_and_nothing_else() {
        let lamp = lamp();
        assert_eq!(lamp.changed(lamp.details.clone()), None);
        let cheaper = ProductDetails { price: 4500.try_into().unwrap(), size: None, ..lamp.details.clone() };
        let changed = lamp.changed(cheaper.clone()).unwrap();
        assert_eq!((changed.seen().get(), changed.product().version.get()), (1, 2));
        assert_eq!(changed.product().details, cheaper);
        let (from, to) = (changed.said().facts("from").unwrap(), changed.said().facts("to").unwrap());
        assert_eq!((from.number("price"), to.number("price")), (Ok(4995), Ok(4500)));
        assert!(from.facts("size").is_ok() && to.facts("size").is_err());
        assert_eq!((from.iter().count(), to.iter().count()), (2, 2));
    }

    #[test]
    fn details_are_told_and_read_again() {
        let mut details = lamp().details;
        for policy in StockPolicy::ALL {
            details = ProductDetails { policy, sku: Sku::parse("L-5").ok(), active: false, ..details };
            assert_eq!(ProductDetails::of_facts(&details.facts()), Ok(details.clone()));
        }
        assert!(ProductDetails::of_facts(&Facts::new()).is_err());
    }
}
