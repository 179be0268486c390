//! Marketplaces as JSON, and what they say of products and orders.

use orders_domain::{
    ChosenBy, ChosenMarket, Country, Marketplace, MarketplaceCode, NameFrom, Shown, SoldIn,
    market::{host::Host, listing::Model},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::writing::{any_text, plain_text};

/// What has chosen a marketplace, the strongest first.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase", as = ChosenBy)]
#[expect(dead_code, reason = "the schema of the domain's words")]
pub enum ChosenByWord {
    /// The member `marketplace` of the body.
    Body,
    /// The query parameter `marketplace`.
    Query,
    /// The header `Orders-Marketplace`.
    Header,
    /// The host that was asked.
    Host,
    /// A claim of the asker's token.
    Token,
    /// The country from where it was asked.
    Country,
    /// Nothing of it.
    Default,
}

/// From where a name is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NameFrom)]
pub struct NameFromBody<'a> {
    /// Whose; null is a text for all marketplaces. The products' own names are the default marketplace's.
    #[schema(required = true, example = "default")]
    marketplace: Option<&'a str>,
    /// In which language.
    #[schema(example = "en")]
    locale: &'a str,
}

impl<'a> From<&'a NameFrom> for NameFromBody<'a> {
    fn from(from: &'a NameFrom) -> Self {
        let marketplace = from.marketplace.as_ref().map(MarketplaceCode::as_str);
        Self { marketplace, locale: from.locale.as_str() }
    }
}

/// A marketplace: where products are shown with a price, a currency and a language of its own.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Marketplace, example = json!({"code": "de", "name": "Deutschland", "currency": "EUR", "defaultLocale": "de",
    "timeZone": "Europe/Berlin", "priceIncludesTax": true, "countries": ["AT", "DE"], "host": "de.shop.example", "active": true}))]
pub struct MarketplaceBody<'a> {
    /// Its name in paths.
    #[schema(pattern = "^[a-z0-9-]{2,16}$")]
    code: &'a str,
    /// Its name for people.
    name: &'a str,
    /// The currency of its prices: ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: &'a str,
    /// The language of who has said none: BCP 47.
    default_locale: &'a str,
    /// The zone in which its days begin: IANA.
    time_zone: &'a str,
    /// Whether its prices are meant with tax.
    price_includes_tax: bool,
    /// The countries that lead to it: ISO 3166-1 alpha-2.
    countries: Vec<&'a str>,
    /// The host that leads to it.
    #[schema(required = true)]
    host: Option<&'a str>,
    /// Whether things are sold there.
    active: bool,
}

impl<'a> From<&'a Marketplace> for MarketplaceBody<'a> {
    fn from(marketplace: &'a Marketplace) -> Self {
        let details = &marketplace.details;
        Self {
            code: marketplace.code.as_str(),
            name: details.name.as_str(),
            currency: details.currency.code(),
            default_locale: details.default_locale.as_str(),
            time_zone: details.time_zone.as_str(),
            price_includes_tax: details.price_includes_tax,
            countries: details.countries.iter().map(Country::code).collect(),
            host: details.host.as_ref().map(Host::as_str),
            active: details.active,
        }
    }
}

/// The marketplace in which somebody is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResolvedMarketplace)]
pub struct ResolvedBody<'a> {
    #[serde(flatten)]
    marketplace: MarketplaceBody<'a>,
    /// What has chosen it.
    #[schema(value_type = ChosenByWord)]
    marketplace_chosen_by: &'static str,
}

impl<'a> From<&'a ChosenMarket> for ResolvedBody<'a> {
    fn from(market: &'a ChosenMarket) -> Self {
        let marketplace = MarketplaceBody::from(market.marketplace.as_ref());
        Self { marketplace, marketplace_chosen_by: market.by.as_str() }
    }
}

/// Writes where an order was placed, as members behind a comma.
pub fn sold_in_json(out: &mut Vec<u8>, SoldIn { marketplace, chosen_by, locale }: &SoldIn) {
    plain_text(out, ",\"marketplace\":\"", marketplace.as_str());
    plain_text(out, ",\"marketplaceChosenBy\":\"", ChosenBy::as_str(*chosen_by));
    match locale {
        Some(locale) => plain_text(out, ",\"locale\":\"", locale.as_str()),
        None => out.extend_from_slice(b",\"locale\":null"),
    }
}

/// Writes how a line's product was shown and whose price it has, as members behind a comma.
pub fn shown_json(out: &mut Vec<u8>, shown: Option<&Shown>, price_from: MarketplaceCode) {
    match shown {
        None => out.extend_from_slice(b",\"name\":null,\"model\":null,\"nameFrom\":null"),
        Some(Shown { name, name_from, model }) => {
            any_text(out, ",\"name\":", name.as_str());
            match model {
                Some(model) => any_text(out, ",\"model\":", Model::as_str(model)),
                None => out.extend_from_slice(b",\"model\":null"),
            }
            match &name_from.marketplace {
                Some(code) => plain_text(out, ",\"nameFrom\":{\"marketplace\":\"", code.as_str()),
                None => out.extend_from_slice(b",\"nameFrom\":{\"marketplace\":null"),
            }
            plain_text(out, ",\"locale\":\"", name_from.locale.as_str());
            out.push(b'}');
        }
    }
    plain_text(out, ",\"priceFrom\":\"", price_from.as_str());
}
