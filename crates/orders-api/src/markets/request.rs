//! Marketplaces as they are sent: a new one, or what is to change.

use std::collections::BTreeSet;

use orders_domain::{
    Country, Currency, InvalidInput, Locale, MarketplaceCode, Patch, Quoted,
    market::{
        host::Host,
        marketplace::{MarketplaceDetails, MarketplaceName, NewMarketplace},
        time_zone::TimeZone,
    },
};
use utoipa::ToSchema;

use crate::http::{
    error::ApiError,
    faults::Faults,
    json::Json,
    members::{Member, array, flag, nullable, some_members, text},
};

/// A marketplace to add.
#[derive(Debug, ToSchema)]
#[schema(as = CreateMarketplace, rename_all = "camelCase",
    example = json!({"code": "de", "name": "Deutschland", "currency": "EUR", "defaultLocale": "de", "timeZone": "Europe/Berlin",
        "priceIncludesTax": true, "countries": ["AT", "DE"], "host": "de.shop.example"}))]
#[expect(dead_code, reason = "the schema of what `new` reads")]
pub struct CreateMarketplaceBody {
    /// Its name in paths, which never changes; not `resolve`.
    #[schema(pattern = "^[a-z0-9-]{2,16}$")]
    code: String,
    /// Its name for people.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The currency of its prices: one of ISO 4217 that has a minor unit.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
    /// The language of who has said none: BCP 47.
    #[schema(min_length = 2, max_length = 35)]
    default_locale: String,
    /// The zone in which its days begin, by its name in the IANA database.
    time_zone: String,
    /// Whether its prices are meant with tax; `false` unless it is said.
    #[schema(required = false, nullable = false)]
    price_includes_tax: Option<bool>,
    /// The countries that lead to it, each to one marketplace: ISO 3166-1 alpha-2. None unless it is said.
    #[schema(required = false, nullable = false, max_items = 249)]
    countries: Option<Vec<String>>,
    /// The host that leads to it, without a port.
    #[schema(required = false, min_length = 1, max_length = 253)]
    host: Option<String>,
    /// Whether things are sold there; `true` unless it is said.
    #[schema(required = false, nullable = false)]
    active: Option<bool>,
}

/// What is to change of a marketplace.
#[derive(Debug, ToSchema)]
#[schema(as = ChangeMarketplace, rename_all = "camelCase", example = json!({"countries": ["AT", "CH", "DE"], "host": null}))]
#[expect(dead_code, reason = "the schema of what `patch` reads")]
pub struct ChangeMarketplaceBody {
    /// Its name for people.
    #[schema(required = false, nullable = false, min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The currency of its prices, which stays once there are prices or orders in it.
    #[schema(required = false, nullable = false, pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
    /// The language of who has said none: BCP 47.
    #[schema(required = false, nullable = false, min_length = 2, max_length = 35)]
    default_locale: Option<String>,
    /// The zone in which its days begin, by its name in the IANA database.
    #[schema(required = false, nullable = false)]
    time_zone: Option<String>,
    /// Whether its prices are meant with tax.
    #[schema(required = false, nullable = false)]
    price_includes_tax: Option<bool>,
    /// All countries that lead to it.
    #[schema(required = false, nullable = false, max_items = 249)]
    countries: Option<Vec<String>>,
    /// The host that leads to it, without a port.
    #[schema(required = false, min_length = 1, max_length = 253)]
    host: Option<String>,
    /// Whether things are sold there; the default marketplace always sells.
    #[schema(required = false, nullable = false)]
    active: Option<bool>,
}

/// What is sent of a marketplace's details; what is not sent stays.
#[derive(Debug, Clone)]
pub struct MarketplaceChange {
    name: Option<MarketplaceName>,
    currency: Option<Currency>,
    default_locale: Option<Locale>,
    time_zone: Option<TimeZone>,
    price_includes_tax: Option<bool>,
    countries: Option<BTreeSet<Country>>,
    host: Patch<Host>,
    active: Option<bool>,
}

impl MarketplaceChange {
    /// The details with what is sent.
    pub fn of(self, details: MarketplaceDetails) -> MarketplaceDetails {
        MarketplaceDetails {
            name: self.name.unwrap_or(details.name),
            currency: self.currency.unwrap_or(details.currency),
            default_locale: self.default_locale.unwrap_or(details.default_locale),
            time_zone: self.time_zone.unwrap_or(details.time_zone),
            price_includes_tax: self.price_includes_tax.unwrap_or(details.price_includes_tax),
            countries: self.countries.unwrap_or(details.countries),
            host: self.host.or(details.host),
            active: self.active.unwrap_or(details.active),
        }
    }
}

/// The members that a new one must have beside its code.
const NEEDED: [&str; 4] = ["name", "currency", "defaultLocale", "timeZone"];

/// The members that may be missing.
const OTHERS: [&str; 4] = ["priceIncludesTax", "countries", "host", "active"];

type At = &'static str;

fn change(
    [name, currency, locale, zone]: [Member<'_, At>; 4],
    [with_tax, countries, host, active]: [Member<'_, At>; 4],
    faults: &mut Faults,
) -> MarketplaceChange {
    MarketplaceChange {
        name: text(name, MarketplaceName::parse, faults),
        currency: text(currency, Currency::of_prices, faults),
        default_locale: text(locale, str::parse, faults),
        time_zone: text(zone, str::parse, faults),
        price_includes_tax: flag(with_tax, faults),
        countries: self::countries(countries, faults),
        host: nullable(host, |host| text(host, str::parse, faults)),
        active: flag(active, faults),
    }
}

/// Countries, each once.
fn countries(member: Member<'_, At>, faults: &mut Faults) -> Option<BTreeSet<Country>> {
    let mut countries = BTreeSet::new();
    for (index, item) in array(member, faults)?.into_iter().enumerate() {
        let pointer = format_args!("/countries/{index}");
        match item {
            Json::Text(code) => match code.parse() {
                Ok(country) if countries.insert(country) => {}
                Ok(_) => faults.invalid(pointer, format_args!("country {} is repeated", Quoted(code))),
                Err(reason) => {
                    let reason: InvalidInput = reason;
                    faults.invalid(pointer, reason);
                }
            },
            other => faults.malformed(pointer, format_args!("{} is not a string", other.kind())),
        }
    }
    Some(countries)
}

/// What stands in paths at the place of a code and means something else there.
const RESOLVE: &str = "resolve";

fn code(text: &str) -> Result<MarketplaceCode, InvalidInput> {
    let code: MarketplaceCode = text.parse()?;
    if code.as_str() == RESOLVE {
        let reason = format!("{} means something else in paths: /marketplaces/{RESOLVE}", Quoted(text));
        return Err(InvalidInput::new("code", reason));
    }
    Ok(code)
}

/// The marketplace to add.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn new((body, mut faults): (Json<'_>, Faults)) -> Result<NewMarketplace, ApiError> {
    let [name, currency, locale, zone] = NEEDED;
    let sent = some_members(body, "", ["code", name, currency, locale, zone], OTHERS, &mut faults);
    let parts = sent.map(|([code, name, currency, locale, zone], others)| {
        let code = text(code, self::code, &mut faults);
        (code, change([name, currency, locale, zone], others, &mut faults))
    });
    faults.into_result()?;
    let Some((
        Some(code),
        MarketplaceChange {
            name: Some(name),
            currency: Some(currency),
            default_locale: Some(default_locale),
            time_zone: Some(time_zone),
            price_includes_tax,
            countries,
            host,
            active,
        },
    )) = parts
    else {
        return Err(ApiError::Internal(None));
    };
    let details = MarketplaceDetails {
        name,
        currency,
        default_locale,
        time_zone,
        price_includes_tax: price_includes_tax.unwrap_or_default(),
        countries: countries.unwrap_or_default(),
        host: host.or(None),
        active: active.unwrap_or(true),
    };
    Ok(NewMarketplace { code, details })
}

/// What is to change.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn patch((body, mut faults): (Json<'_>, Faults)) -> Result<MarketplaceChange, ApiError> {
    let [name, currency, locale, zone] = NEEDED;
    let [with_tax, countries, host, active] = OTHERS;
    let names = [name, currency, locale, zone, with_tax, countries, host, active];
    let sent = some_members(body, "", [], names, &mut faults);
    let patch = sent.map(|([], [name, currency, locale, zone, with_tax, countries, host, active])| {
        change([name, currency, locale, zone], [with_tax, countries, host, active], &mut faults)
    });
    faults.into_result()?;
    patch.ok_or(ApiError::Internal(None))
}

#[cfg(test)]
mod tests;
