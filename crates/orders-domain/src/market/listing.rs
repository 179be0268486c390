//! What a marketplace asks for a product.

use crate::{
    code::MarketplaceCode, event::facts::Facts, id::ProductId, invalid::InvalidInput, money::Money,
    text::short_text, version::Version,
};

short_text! {
    /// The word by which a product's kind is known in a marketplace, such as a maker's model number: 1 to 64
    /// characters.
    Model, "model", 64
}

/// On what terms a marketplace sells a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingDetails {
    /// The price of one piece, in the marketplace's currency.
    pub price: Money,
    /// Under which model it is sold there.
    pub model: Option<Model>,
    /// Whether it is sold there.
    pub active: bool,
}

/// A product in a marketplace. The default one has none: there the product's own price counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Which product.
    pub product: ProductId,
    /// Where.
    pub marketplace: MarketplaceCode,
    /// On what terms.
    pub details: ListingDetails,
    /// How often it was changed.
    pub version: Version,
}

/// A listing that is new or otherwise, with what is said of the change. Only [`Listing::set`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetListing {
    listing: Listing,
    seen: Option<Version>,
    said: Facts,
}

impl SetListing {
    /// The listing as it has become.
    #[must_use]
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// The version that was changed; `None` if there was none.
    #[must_use]
    pub fn seen(&self) -> Option<Version> {
        self.seen
    }

    /// What its event says: what it is, or the members that changed, from what to what.
    #[must_use]
    pub fn said(&self) -> &Facts {
        &self.said
    }
}

impl Listing {
    /// What a product's listing in a marketplace becomes; the same listing back if it is so already.
    ///
    /// # Errors
    ///
    /// The present listing, if nothing changes.
    pub fn set(
        (product, marketplace): (ProductId, MarketplaceCode),
        present: Option<Self>,
        details: ListingDetails,
    ) -> Result<SetListing, Self> {
        let Some(present) = present else {
            let said = Facts::new().with("to", details.facts());
            let listing = Self { product, marketplace, details, version: Version::FIRST };
            return Ok(SetListing { listing, seen: None, said });
        };
        if present.details == details {
            return Err(present);
        }
        let (before, after) = (present.details.facts(), details.facts());
        let said = Facts::new().with("from", before.unlike(&after)).with("to", after.unlike(&before));
        let listing = Self { details, version: present.version.next(), ..present };
        Ok(SetListing { listing, seen: Some(present.version), said })
    }
}

impl ListingDetails {
    /// Its members as events show them.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts::new()
            .with("price", self.price.minor_units())
            .with("model", self.model.as_ref().map(Model::as_str))
            .with("active", self.active)
    }

    /// The details that these facts were made of.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are none.
    pub fn of_facts(facts: &Facts) -> Result<Self, InvalidInput> {
        Ok(Self {
            price: facts.number("price")?.try_into()?,
            model: facts.may_text("model")?.map(Model::parse).transpose()?,
            active: facts.flag("active")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(price: i64) -> ListingDetails {
        ListingDetails { price: price.try_into().unwrap(), model: Model::parse("L-5").ok(), active: true }
    }

    #[test]
    fn details_are_told_and_read_again() {
        for details in [details(1), ListingDetails { model: None, active: false, ..details(2) }] {
            assert_eq!(ListingDetails::of_facts(&details.facts()), Ok(details));
        }
        assert!(ListingDetails::of_facts(&Facts::new()).is_err());
    }

    #[test]
    fn setting_what_is_so_changes_nothing() {
        let of = (9.try_into().unwrap(), "de".parse().unwrap());
        let first = Listing::set(of, None, details(100)).unwrap();
        assert_eq!((first.seen(), first.listing().version), (None, Version::FIRST));
        let listing = first.listing().clone();
        assert_eq!(Listing::set(of, Some(listing.clone()), details(100)), Err(listing.clone()));
        let dearer = Listing::set(of, Some(listing), details(120)).unwrap();
        assert_eq!((dearer.seen(), dearer.listing().version.get()), (Some(Version::FIRST), 2));
        assert_eq!(dearer.said().facts("from").unwrap(), &Facts::new().with("price", 100));
    }
}
