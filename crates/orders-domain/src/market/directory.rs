//! All marketplaces, and what leads to which.

use std::{collections::HashMap, sync::Arc};

use super::{host::Host, locale::Locale, marketplace::Marketplace};
use crate::code::{Country, MarketplaceCode};

/// A marketplace with what is worked out of it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The marketplace.
    pub marketplace: Arc<Marketplace>,
    /// Its language with all that stand in for it.
    pub chain: Arc<[Locale]>,
}

/// All marketplaces: the default one first, the others by their codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    first: Entry,
    others: Vec<Entry>,
    hosts: HashMap<Host, MarketplaceCode>,
    countries: HashMap<Country, MarketplaceCode>,
}

impl Directory {
    /// The default marketplace and these, in any order. One of the same code as another is not looked at.
    #[must_use]
    pub fn new(first: Marketplace, others: impl IntoIterator<Item = Marketplace>) -> Self {
        let entry = |marketplace: Marketplace| Entry {
            chain: marketplace.details.default_locale.with_parents().into(),
            marketplace: Arc::new(marketplace),
        };
        let mut others: Vec<_> = others.into_iter().map(entry).collect();
        others.sort_by_key(|other| other.marketplace.code);
        others.dedup_by_key(|other| other.marketplace.code);
        let mut directory =
            Self { first: entry(first), others, hosts: HashMap::new(), countries: HashMap::new() };
        let (mut hosts, mut countries) = (HashMap::new(), HashMap::new());
        for Entry { marketplace, .. } in directory.entries() {
            hosts.extend(marketplace.details.host.clone().map(|host| (host, marketplace.code)));
            countries
                .extend(marketplace.details.countries.iter().map(|country| (*country, marketplace.code)));
        }
        (directory.hosts, directory.countries) = (hosts, countries);
        directory
    }

    /// The marketplace that is there from the start.
    #[must_use]
    pub fn default(&self) -> &Entry {
        &self.first
    }

    /// The marketplace of this code.
    #[must_use]
    pub fn get(&self, code: MarketplaceCode) -> Option<&Entry> {
        if code == self.first.marketplace.code {
            return Some(&self.first);
        }
        let found = self.others.binary_search_by_key(&code, |other| other.marketplace.code);
        found.ok().and_then(|index| self.others.get(index))
    }

    /// The marketplace to which the host leads that somebody has named in a header.
    #[must_use]
    pub fn of_host(&self, header: &str) -> Option<&Entry> {
        if self.hosts.is_empty() {
            return None;
        }
        self.get(*self.hosts.get(&Host::named_by(header)?)?)
    }

    /// The marketplace to which a country leads.
    #[must_use]
    pub fn of_country(&self, country: Country) -> Option<&Entry> {
        self.get(*self.countries.get(&country)?)
    }

    /// Each marketplace, the default one first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        std::iter::once(&self.first).chain(&self.others)
    }
}
