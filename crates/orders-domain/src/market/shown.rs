//! How a marketplace shows a product: one pure function. What it says is frozen on the lines of orders.

use std::{fmt, str::FromStr, sync::Arc};

use super::{
    choice::ChosenMarket,
    listing::{Listing, ListingDetails, Model},
    locale::Locale,
};
use crate::{
    catalogue::product::{Product, ProductName, Terms},
    code::MarketplaceCode,
    invalid::InvalidInput,
    quoted::Quoted,
    version::Version,
};

/// From where a name is: which marketplace's, or that of all, and in which language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameFrom {
    /// Whose; `None` is a text for all marketplaces. The products' own names are the default's.
    pub marketplace: Option<MarketplaceCode>,
    /// In which language.
    pub locale: Locale,
}

/// As storage has it: `de/de-AT`, or `/de` of a text for all.
impl fmt::Display for NameFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marketplace = self.marketplace.as_ref().map_or("", MarketplaceCode::as_str);
        write!(f, "{marketplace}/{}", self.locale)
    }
}

impl FromStr for NameFrom {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let none = || InvalidInput::new("a name's origin", format!("{} is none", Quoted(text)));
        let (marketplace, locale) = text.split_once('/').ok_or_else(none)?;
        let marketplace = if marketplace.is_empty() { None } else { Some(marketplace.parse()?) };
        Ok(Self { marketplace, locale: Locale::restore(locale)? })
    }
}

/// What somebody is shown of a product beside its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub name: ProductName,
    /// From where the name is.
    pub name_from: NameFrom,
    /// Under which model it is sold.
    pub model: Option<Model>,
}

/// A name of a product in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameText {
    /// From where it is.
    pub from: NameFrom,
    /// The name.
    pub name: ProductName,
    /// The version of the text.
    pub version: Version,
}

/// What can be shown of a product: its own name, and what marketplaces say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing {
    name: ProductName,
    listings: Vec<Listing>,
    /// By what they are from.
    texts: Vec<NameText>,
}

/// On what terms a product is sold somewhere, and how it is shown there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnSale {
    /// The terms.
    pub terms: Terms,
    /// What is shown.
    pub shown: Arc<Shown>,
}

/// Why something is not on sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOnSale {
    /// There is no such product.
    Unknown,
    /// It is not sold in this marketplace.
    NotHere(MarketplaceCode),
}

impl Showing {
    /// A product of this name, with what marketplaces say of it.
    #[must_use]
    pub fn new(name: ProductName, listings: Vec<Listing>, mut texts: Vec<NameText>) -> Self {
        texts.sort_unstable_by(|one, other| one.from.cmp(&other.from));
        Self { name, listings, texts }
    }

    /// A product of which no marketplace says anything.
    #[must_use]
    pub fn of(product: &Product) -> Self {
        Self::new(product.details.name.clone(), Vec::new(), Vec::new())
    }

    /// How many things marketplaces say of it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.listings.len() + self.texts.len()
    }

    /// Whether no marketplace says anything of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same product under another name of its own.
    #[must_use]
    pub fn named(self, name: ProductName) -> Self {
        Self { name, ..self }
    }

    /// Its own name.
    #[must_use]
    pub fn name(&self) -> &ProductName {
        &self.name
    }

    /// Its listing in a marketplace.
    #[must_use]
    pub fn listing(&self, marketplace: MarketplaceCode) -> Option<&Listing> {
        self.listings.iter().find(|listing| listing.marketplace == marketplace)
    }

    /// The name that is told in a marketplace: in the best language of which there is one, the marketplace's own
    /// before that for all; else the product's own. `None` is the latter.
    #[must_use]
    pub fn text(&self, market: &ChosenMarket) -> Option<&NameText> {
        if self.texts.is_empty() {
            return None;
        }
        let of = |marketplace: Option<MarketplaceCode>, locale: &Locale| {
            let wanted = (marketplace, locale);
            let place =
                self.texts.binary_search_by(|text| (text.from.marketplace, &text.from.locale).cmp(&wanted));
            place.ok().and_then(|at| self.texts.get(at))
        };
        market.locales().find_map(|locale| of(Some(market.code()), locale).or_else(|| of(None, locale)))
    }

    /// How it is sold in a marketplace, for which these are the product's own terms.
    ///
    /// # Errors
    ///
    /// If it is not sold there.
    pub fn at(&self, own: Terms, market: &ChosenMarket) -> Result<OnSale, NotOnSale> {
        let code = market.code();
        let (terms, model) = if code.is_default() {
            (own, None)
        } else {
            let listed = self.listing(code).map(|listing| &listing.details).filter(|details| details.active);
            let ListingDetails { price, model, .. } = listed.ok_or(NotOnSale::NotHere(code))?;
            let currency = market.marketplace.details.currency;
            (Terms { price: *price, currency, ..own }, model.clone())
        };
        let (name, name_from) = match self.text(market) {
            Some(text) => (text.name.clone(), text.from.clone()),
            None => (self.name.clone(), Self::own_name(market)),
        };
        Ok(OnSale { terms, shown: Arc::new(Shown { name, name_from, model }) })
    }

    /// From where a product's own name is.
    #[must_use]
    pub fn own_name(market: &ChosenMarket) -> NameFrom {
        NameFrom { marketplace: Some(MarketplaceCode::DEFAULT), locale: market.own_locale.clone() }
    }
}

#[cfg(test)]
mod tests;
