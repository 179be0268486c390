//! What is kept with an event of what it made, so that asking again is answered as the first time.

use super::Made;
use crate::{
    catalogue::product::{Product, ProductDetails},
    delivery::webhook::Webhook,
    event::{facts::Facts, subject::Subject},
    id::LocationId,
    invalid::InvalidInput,
    market::{
        listing::{Listing, ListingDetails},
        marketplace::{Marketplace, MarketplaceDetails},
        product_text::{ProductText, TextDetails},
    },
    stock::{
        keeping::Kept,
        location::{Location, LocationDetails},
    },
    version::Version,
};

impl Made {
    /// What is kept with its event; of an order nothing, since its events add up to it.
    #[must_use]
    pub fn facts(&self) -> Facts {
        match self {
            Self::Order(_) => Facts::new(),
            Self::Product(product) => product.details.facts(),
            Self::Location(location) => location.details.facts().with("id", location.id.get()),
            Self::Stock(kept) => kept.facts(),
            Self::Webhook(webhook) => webhook.kept(),
            Self::Marketplace(marketplace) => marketplace.details.facts(),
            Self::Listing(listing) => listing.details.facts(),
            Self::Text(text) => text.details.facts(),
        }
    }

    /// What an event of this subject and version has made, by what was kept with it.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when these facts make none: the store is corrupt.
    pub fn of_facts(subject: &Subject, version: Version, facts: &Facts) -> Result<Self, InvalidInput> {
        Ok(match subject {
            Subject::Order(id) => {
                return Err(InvalidInput::new("event", format!("of order {id} keeps nothing")));
            }
            Subject::Product(id) => {
                Self::Product(Product { id: *id, details: ProductDetails::of_facts(facts)?, version })
            }
            Subject::Location(code) => Self::Location(Location {
                id: LocationId::try_from(facts.number("id")?)?,
                code: code.clone(),
                details: LocationDetails::of_facts(facts)?,
                version,
            }),
            Subject::Stock(product, _) => Self::Stock(Kept::of_facts(*product, facts)?),
            Subject::Webhook(id) => Self::Webhook(Webhook::of_facts(*id, version, facts)?),
            Subject::Marketplace(code) => {
                let details = MarketplaceDetails::of_facts(facts)?;
                Self::Marketplace(Marketplace { code: *code, details, version })
            }
            Subject::Listing(product, marketplace) => {
                let (product, marketplace) = (*product, *marketplace);
                let details = ListingDetails::of_facts(facts)?;
                Self::Listing(Listing { product, marketplace, details, version })
            }
            Subject::Text(of) => {
                let details = TextDetails::of_facts(facts)?;
                Self::Text(ProductText { of: of.clone(), details, version })
            }
        })
    }
}
