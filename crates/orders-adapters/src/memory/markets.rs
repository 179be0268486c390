//! Marketplaces, listings and texts.

use std::sync::Arc;

use async_trait::async_trait;
use orders_domain::{
    Directory, EventType, Facts, Listing, Marketplace, MarketplaceCode, NameFrom, Product, ProductId,
    ProductText, Subject, Version,
    market::{
        listing::SetListing,
        marketplace::{ChangedMarketplace, NewMarketplace},
        product_text::{SetText, TextKey},
        shown::{NameText, Showing},
    },
    ports::{Made, Markets, PortError, Refused, Taken},
};

use super::{MemoryDatabase, State, committing::Told};

impl State {
    fn directory(&self) -> Result<Arc<Directory>, PortError> {
        let first = self.marketplaces.get(&MarketplaceCode::DEFAULT).cloned();
        let first = first.ok_or_else(|| PortError::Corrupt("there is no default marketplace".into()))?;
        let others = self.marketplaces.values().filter(|marketplace| !marketplace.code.is_default());
        Ok(Arc::new(Directory::new(first, others.cloned())))
    }

    /// What all marketplaces say of a product.
    pub(super) fn showing(&self, product: &Product) -> Showing {
        let of_product = |listing: &&Listing| listing.product == product.id;
        let listed = self.listings.values().filter(of_product).cloned().collect();
        let texts = self.texts.values().filter(|text| text.of.product == product.id);
        let named = |text: &ProductText| NameText {
            from: NameFrom { marketplace: text.of.marketplace, locale: text.of.locale.clone() },
            name: text.details.name.clone(),
            version: text.version,
        };
        Showing::new(product.details.name.clone(), listed, texts.map(named).collect())
    }

    pub(super) fn create_marketplace(&mut self, new: NewMarketplace) -> Result<Told, Refused> {
        if self.marketplaces.contains_key(&new.code) {
            return Err(Refused::Taken(Taken::MarketplaceCode(new.code)));
        }
        if self.marketplaces.len() >= Marketplace::MOST {
            return Err(Refused::Taken(Taken::Marketplaces));
        }
        let marketplace = Marketplace { code: new.code, details: new.details, version: Version::FIRST };
        let said = Facts::new().with("to", marketplace.details.facts());
        self.set_marketplace(marketplace, (EventType::MarketplaceCreated, said))
    }

    pub(super) fn change_marketplace(&mut self, changed: &ChangedMarketplace) -> Result<Told, Refused> {
        let marketplace = changed.marketplace().clone();
        let code = marketplace.code;
        if self.marketplaces.get(&code).is_none_or(|stored| stored.version != changed.seen()) {
            return Err(Refused::Stale);
        }
        self.leads_elsewhere(&marketplace)?;
        if changed.priced_otherwise() {
            let sold =
                self.orders.values().any(|order| code.is_default() || order.sold_in().marketplace == code);
            if sold || self.listings.keys().any(|(_, listed)| *listed == code) {
                return Err(Refused::Priced);
            }
            if code.is_default() {
                for product in self.products.values_mut() {
                    product.details.currency = marketplace.details.currency;
                }
            }
        }
        self.set_marketplace(marketplace, (EventType::MarketplaceChanged, changed.said().clone()))
    }

    fn leads_elsewhere(&self, marketplace: &Marketplace) -> Result<(), Refused> {
        let others = || self.marketplaces.values().filter(|other| other.code != marketplace.code);
        if let Some(host) = &marketplace.details.host
            && let Some(other) = others().find(|other| other.details.host.as_ref() == Some(host))
        {
            return Err(Refused::Taken(Taken::Host(host.to_string(), other.code)));
        }
        let leads =
            others().flat_map(|other| other.details.countries.iter().map(|country| (*country, other.code)));
        // In the order of the countries, as storage finds them.
        let mut elsewhere: Vec<_> =
            leads.filter(|(country, _)| marketplace.details.countries.contains(country)).collect();
        elsewhere.sort_unstable();
        match elsewhere.first() {
            Some((country, other)) => Err(Refused::Taken(Taken::Country(*country, *other))),
            None => Ok(()),
        }
    }

    fn set_marketplace(
        &mut self,
        marketplace: Marketplace,
        said: (EventType, Facts),
    ) -> Result<Told, Refused> {
        self.leads_elsewhere(&marketplace)?;
        self.marketplaces.insert(marketplace.code, marketplace.clone());
        let subject = Subject::Marketplace(marketplace.code);
        Ok(Told::of(subject, marketplace.version, said, Made::Marketplace(marketplace)))
    }

    pub(super) fn set_listing(&mut self, set: &SetListing) -> Result<Told, Refused> {
        let listing = set.listing().clone();
        let key = (listing.product, listing.marketplace);
        let present = self.listings.get(&key).map(|present| present.version);
        if present != set.seen() {
            return Err(Refused::Stale);
        }
        let event_type =
            if present.is_none() { EventType::ListingCreated } else { EventType::ListingChanged };
        self.listings.insert(key, listing.clone());
        let said = (event_type, set.said().clone());
        Ok(Told::of(Subject::Listing(key.0, key.1), listing.version, said, Made::Listing(listing)))
    }

    pub(super) fn set_text(&mut self, set: &SetText) -> Result<Told, Refused> {
        let text = set.text().clone();
        let present = self.texts.get(&text.of).map(|present| present.version);
        if present != set.seen() {
            return Err(Refused::Stale);
        }
        let of_product = self.texts.keys().filter(|of| of.product == text.of.product).count();
        if present.is_none() && of_product >= ProductText::MOST {
            return Err(Refused::Taken(Taken::Texts));
        }
        let event_type = if present.is_none() { EventType::TextCreated } else { EventType::TextChanged };
        self.texts.insert(text.of.clone(), text.clone());
        let said = (event_type, set.said().clone());
        Ok(Told::of(Subject::Text(text.of.clone()), text.version, said, Made::Text(text)))
    }
}

#[async_trait]
impl Markets for MemoryDatabase {
    async fn directory(&self) -> Result<Arc<Directory>, PortError> {
        self.state().directory()
    }

    async fn directory_now(&self) -> Result<Arc<Directory>, PortError> {
        self.state().directory()
    }

    async fn listing(
        &self,
        product: ProductId,
        marketplace: MarketplaceCode,
    ) -> Result<Option<Listing>, PortError> {
        Ok(self.state().listings.get(&(product, marketplace)).cloned())
    }

    async fn text(&self, of: TextKey) -> Result<Option<ProductText>, PortError> {
        Ok(self.state().texts.get(&of).cloned())
    }

    async fn showings(
        &self,
        products: &[ProductId],
        _: MarketplaceCode,
    ) -> Result<Vec<Option<Showing>>, PortError> {
        let state = self.state();
        let showing = |id: &ProductId| state.products.get(id).map(|product| state.showing(product));
        Ok(products.iter().map(showing).collect())
    }
}
