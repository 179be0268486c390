//! What is written of marketplaces.

use anyhow::Result;
use orders_adapters::sql::Bulk;
use orders_domain::{MarketplaceCode, Product, catalogue::import::TextPlace};

use super::{ALL, others};

/// What an export says of marketplaces: all of them, and all languages in which there are texts.
pub struct Shown {
    marketplaces: Vec<MarketplaceCode>,
    places: Vec<TextPlace>,
}

impl Shown {
    /// All that a shop has.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn of(shop: &mut dyn Bulk) -> Result<Self> {
        Ok(Self { marketplaces: others(shop)?, places: shop.text_places()? })
    }

    /// How many columns that are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.marketplaces.len() * 3 + self.places.len() * 2
    }

    /// The columns.
    pub fn header(&self) -> impl Iterator<Item = String> {
        let listing =
            |code: &MarketplaceCode| ["price", "model", "active"].map(|kind| format!("{kind}:{code}"));
        let text = |(code, locale): &TextPlace| {
            let code = code.as_ref().map_or(ALL, MarketplaceCode::as_str);
            ["name", "description"].map(|kind| format!("{kind}:{code}:{locale}"))
        };
        self.marketplaces.iter().flat_map(listing).chain(self.places.iter().flat_map(text))
    }

    /// The fields of some products.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub fn fields(&self, shop: &mut dyn Bulk, products: &[Product]) -> Result<Vec<Vec<String>>> {
        if self.count() == 0 {
            return Ok(vec![Vec::new(); products.len()]);
        }
        let ids: Vec<_> = products.iter().map(|product| product.id).collect();
        let known = shop.known(&ids, &self.marketplaces, &self.places)?;
        let fields = |id| {
            let known = known.get(&id);
            let mut fields = Vec::with_capacity(self.count());
            for code in &self.marketplaces {
                let details =
                    known.and_then(|known| known.listings.get(code)).map(|listing| &listing.details);
                let model = details.and_then(|details| details.model.as_ref());
                fields
                    .push(details.map(|details| details.price.minor_units().to_string()).unwrap_or_default());
                fields.push(model.map(|model| model.as_str().to_owned()).unwrap_or_default());
                fields.push(details.map(|details| details.active.to_string()).unwrap_or_default());
            }
            for place in &self.places {
                let details = known.and_then(|known| known.texts.get(place)).map(|text| &text.details);
                let description = details.and_then(|details| details.description.as_ref());
                fields.push(details.map(|details| details.name.as_str().to_owned()).unwrap_or_default());
                fields.push(description.map(|text| text.as_str().to_owned()).unwrap_or_default());
            }
            fields
        };
        Ok(ids.into_iter().map(fields).collect())
    }
}
