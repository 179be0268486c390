//! Marketplaces, listings and texts.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use diesel::prelude::*;
use orders_domain::{
    InvalidInput, Listing, Locale, Marketplace, MarketplaceCode, ProductText,
    catalogue::product::ProductName,
    market::{
        host::Host,
        listing::{ListingDetails, Model},
        marketplace::{MarketplaceDetails, MarketplaceName},
        product_text::{Description, TextDetails, TextKey},
        shown::{NameFrom, NameText},
    },
};

use crate::sql::schema::{listings, marketplaces, product_texts};

/// A marketplace, but for its countries.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = marketplaces)]
pub struct MarketplaceRow {
    pub code: String,
    pub name: String,
    pub currency: String,
    pub default_locale: String,
    pub time_zone: String,
    pub price_includes_tax: bool,
    pub host: Option<String>,
    pub active: bool,
    pub version: i64,
}

impl MarketplaceRow {
    /// The marketplace with these countries.
    pub fn with(self, countries: &[String]) -> Result<Marketplace, InvalidInput> {
        let details = MarketplaceDetails {
            name: MarketplaceName::parse(&self.name)?,
            currency: self.currency.parse()?,
            default_locale: Locale::restore(&self.default_locale)?,
            time_zone: self.time_zone.parse()?,
            price_includes_tax: self.price_includes_tax,
            countries: countries.iter().map(|code| code.parse()).collect::<Result<_, _>>()?,
            host: self.host.as_deref().map(str::parse).transpose()?,
            active: self.active,
        };
        Ok(Marketplace { code: self.code.parse()?, details, version: self.version.try_into()? })
    }
}

/// What is written of a marketplace, but for its countries. `None` is written as NULL.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = marketplaces, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct NewMarketplaceRow<'a> {
    pub name: &'a str,
    pub currency: &'a str,
    pub default_locale: &'a str,
    pub time_zone: &'a str,
    pub price_includes_tax: bool,
    pub host: Option<&'a str>,
    pub active: bool,
    pub version: i64,
}

impl<'a> NewMarketplaceRow<'a> {
    /// The row of a marketplace.
    pub fn of(marketplace: &'a Marketplace) -> Self {
        let details = &marketplace.details;
        Self {
            name: details.name.as_str(),
            currency: details.currency.code(),
            default_locale: details.default_locale.as_str(),
            time_zone: details.time_zone.as_str(),
            price_includes_tax: details.price_includes_tax,
            host: details.host.as_ref().map(Host::as_str),
            active: details.active,
            version: marketplace.version.get(),
        }
    }
}

/// A listing.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = listings)]
pub struct ListingRow {
    pub product_id: i64,
    pub marketplace: String,
    pub price: i64,
    pub model: Option<String>,
    pub active: bool,
    pub version: i64,
}

impl TryFrom<ListingRow> for Listing {
    type Error = InvalidInput;

    fn try_from(row: ListingRow) -> Result<Self, InvalidInput> {
        let model = row.model.as_deref().map(Model::parse).transpose()?;
        let details = ListingDetails { price: row.price.try_into()?, model, active: row.active };
        let (product, marketplace) = (row.product_id.try_into()?, row.marketplace.parse()?);
        Ok(Self { product, marketplace, details, version: row.version.try_into()? })
    }
}

/// What is written of a listing. `None` is written as NULL.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = listings, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct NewListingRow<'a> {
    pub price: i64,
    pub model: Option<&'a str>,
    pub active: bool,
    pub version: i64,
}

impl<'a> NewListingRow<'a> {
    /// The row of a listing.
    pub fn of(listing: &'a Listing) -> Self {
        let ListingDetails { price, model, active } = &listing.details;
        let (price, version) = (price.minor_units(), listing.version.get());
        Self { price, model: model.as_ref().map(Model::as_str), active: *active, version }
    }
}

/// How storage names the marketplace of a text: all of them by nothing.
pub fn text_market(marketplace: Option<&MarketplaceCode>) -> &str {
    marketplace.map_or("", MarketplaceCode::as_str)
}

/// The marketplace that storage names so of a text.
pub fn market_of_text(marketplace: &str) -> Result<Option<MarketplaceCode>, InvalidInput> {
    if marketplace.is_empty() { Ok(None) } else { marketplace.parse().map(Some) }
}

/// A text.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = product_texts)]
pub struct TextRow {
    pub product_id: i64,
    pub marketplace: String,
    pub locale: String,
    pub name: String,
    pub description: Option<String>,
    pub version: i64,
}

impl TryFrom<TextRow> for ProductText {
    type Error = InvalidInput;

    fn try_from(row: TextRow) -> Result<Self, InvalidInput> {
        let (marketplace, locale) = (market_of_text(&row.marketplace)?, Locale::restore(&row.locale)?);
        let description = row.description.as_deref().map(Description::parse).transpose()?;
        let of = TextKey { product: row.product_id.try_into()?, marketplace, locale };
        let details = TextDetails { name: ProductName::parse(&row.name)?, description };
        Ok(Self { of, details, version: row.version.try_into()? })
    }
}

/// A name without what else is said: marketplace, language, name, version.
pub type NameRow = (String, String, String, i64);

/// The name of a product in a language, by its row.
pub fn name_text((marketplace, locale, name, version): NameRow) -> Result<NameText, InvalidInput> {
    let from = NameFrom { marketplace: market_of_text(&marketplace)?, locale: Locale::restore(&locale)? };
    Ok(NameText { from, name: ProductName::parse(&name)?, version: version.try_into()? })
}

/// What is written of a text. `None` is written as NULL.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = product_texts, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct NewTextRow<'a> {
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub version: i64,
}

impl<'a> NewTextRow<'a> {
    /// The row of a text.
    pub fn of(text: &'a ProductText) -> Self {
        let description = text.details.description.as_ref().map(Description::as_str);
        Self { name: text.details.name.as_str(), description, version: text.version.get() }
    }
}
