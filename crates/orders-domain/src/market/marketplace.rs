//! A marketplace, and what can be changed of it.

use std::collections::BTreeSet;

use super::{host::Host, locale::Locale, time_zone::TimeZone};
use crate::{
    code::{Country, MarketplaceCode},
    event::facts::Facts,
    invalid::InvalidInput,
    money::Currency,
    text::short_text,
    version::Version,
};

short_text! {
    /// A marketplace's name for people: 1 to 200 characters.
    MarketplaceName, "name", 200
}

/// What is said of a marketplace, and can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketplaceDetails {
    /// Its name for people.
    pub name: MarketplaceName,
    /// The currency of its prices.
    pub currency: Currency,
    /// The language of who has said none.
    pub default_locale: Locale,
    /// The zone in which its days begin.
    pub time_zone: TimeZone,
    /// Whether its prices are meant with tax.
    pub price_includes_tax: bool,
    /// The countries that lead to it.
    pub countries: BTreeSet<Country>,
    /// The host that leads to it.
    pub host: Option<Host>,
    /// Whether things are sold there.
    pub active: bool,
}

/// Where products are shown and sold: with a price, a currency and a language of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marketplace {
    /// Its name in paths.
    pub code: MarketplaceCode,
    /// What is said of it.
    pub details: MarketplaceDetails,
    /// How often it was changed.
    pub version: Version,
}

/// A marketplace that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMarketplace {
    /// Its name in paths.
    pub code: MarketplaceCode,
    /// What is said of it.
    pub details: MarketplaceDetails,
}

/// A changed marketplace with what is said of the change. Only a change of a [`Marketplace`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedMarketplace {
    marketplace: Marketplace,
    seen: Version,
    priced_otherwise: bool,
    said: Facts,
}

impl ChangedMarketplace {
    /// The marketplace as it has become.
    #[must_use]
    pub fn marketplace(&self) -> &Marketplace {
        &self.marketplace
    }

    /// The version that was changed.
    #[must_use]
    pub fn seen(&self) -> Version {
        self.seen
    }

    /// Whether its prices are in another currency since: it must have none then, and nothing may have been ordered
    /// there.
    #[must_use]
    pub fn priced_otherwise(&self) -> bool {
        self.priced_otherwise
    }

    /// What its event says: the members that changed, from what to what.
    #[must_use]
    pub fn said(&self) -> &Facts {
        &self.said
    }
}

impl Marketplace {
    /// The most marketplaces that a shop has.
    pub const MOST: usize = 1000;

    /// The one that is there from the start: prices and names are the products' own.
    #[must_use]
    pub fn first(currency: Currency) -> Self {
        let details = MarketplaceDetails {
            name: MarketplaceName::parse("Default").unwrap_or_else(|never| unreachable!("{never}")),
            currency,
            default_locale: Locale::english(),
            time_zone: TimeZone::UTC,
            price_includes_tax: false,
            countries: BTreeSet::new(),
            host: None,
            active: true,
        };
        Self { code: MarketplaceCode::DEFAULT, details, version: Version::FIRST }
    }

    /// There is no marketplace of this code.
    #[must_use]
    pub fn unknown(code: MarketplaceCode) -> InvalidInput {
        InvalidInput::new("marketplace", format!("{code} does not exist"))
    }

    /// The same marketplace with other details; `None` if they are the same.
    #[must_use]
    pub fn changed(&self, details: MarketplaceDetails) -> Option<ChangedMarketplace> {
        let (before, after) = (self.details.facts(), details.facts());
        let said = Facts::new().with("from", before.unlike(&after)).with("to", after.unlike(&before));
        let priced_otherwise = self.details.currency != details.currency;
        let marketplace = Self { code: self.code, details, version: self.version.next() };
        let (seen, is_same) = (self.version, marketplace.details == self.details);
        (!is_same).then_some(ChangedMarketplace { marketplace, seen, priced_otherwise, said })
    }
}

impl MarketplaceDetails {
    /// Its members as events show them.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let countries: Vec<_> = self.countries.iter().map(|country| country.code().to_owned()).collect();
        Facts::new()
            .with("name", self.name.as_str())
            .with("currency", self.currency.code())
            .with("defaultLocale", self.default_locale.as_str())
            .with("timeZone", self.time_zone.as_str())
            .with("priceIncludesTax", self.price_includes_tax)
            .with("countries", countries)
            .with("host", self.host.as_ref().map(Host::as_str))
            .with("active", self.active)
    }

    /// The details that these facts were made of.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are none.
    pub fn of_facts(facts: &Facts) -> Result<Self, InvalidInput> {
        Ok(Self {
            name: MarketplaceName::parse(facts.text("name")?)?,
            currency: facts.text("currency")?.parse()?,
            default_locale: facts.text("defaultLocale")?.parse()?,
            time_zone: facts.text("timeZone")?.parse()?,
            price_includes_tax: facts.flag("priceIncludesTax")?,
            countries: facts.texts("countries")?.iter().map(|code| code.parse()).collect::<Result<_, _>>()?,
            host: facts.may_text("host")?.map(str::parse).transpose()?,
            active: facts.flag("active")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_told_and_read_again() {
        let first = Marketplace::first(Currency::USD).details;
        let german = MarketplaceDetails {
            name: MarketplaceName::parse("Deutschland").unwrap(),
            currency: "EUR".parse().unwrap(),
            default_locale: "de-AT".parse().unwrap(),
            time_zone: "Europe/Berlin".parse().unwrap(),
            price_includes_tax: true,
            countries: ["DE", "AT"].map(|code| code.parse().unwrap()).into(),
            host: Some("shop.example.de".parse().unwrap()),
            active: false,
        };
        for details in [first, german] {
            assert_eq!(MarketplaceDetails::of_facts(&details.facts()), Ok(details));
        }
        assert!(MarketplaceDetails::of_facts(&Facts::new()).is_err());
    }

    #[test]
    fn a_change_says_what_it_changed() {
        let first = Marketplace::first(Currency::USD);
        assert_eq!(first.changed(first.details.clone()), None);
        let german = MarketplaceDetails { default_locale: "de".parse().unwrap(), ..first.details.clone() };
        let changed = first.changed(german.clone()).unwrap();
        assert_eq!(changed.said().facts("to").unwrap(), &Facts::new().with("defaultLocale", "de"));
        assert_eq!((changed.marketplace().version.get(), changed.priced_otherwise()), (2, false));
        let other = MarketplaceDetails { currency: "EUR".parse().unwrap(), ..german };
        assert!(first.changed(other).unwrap().priced_otherwise());
    }
}
