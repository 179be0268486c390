//! Which marketplace somebody is in. The only place that decides it.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use super::{
    directory::{Directory, Entry},
    languages::Languages,
    locale::Locale,
    marketplace::Marketplace,
};
use crate::{
    code::{Country, MarketplaceCode},
    invalid::{InvalidInput, list},
    money::Currency,
    quoted::Quoted,
};

/// What has chosen a marketplace, the strongest first: what is said by hand beats the place from where it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChosenBy {
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

const WORDS: [(ChosenBy, &str); 7] = [
    (ChosenBy::Body, "body"),
    (ChosenBy::Query, "query"),
    (ChosenBy::Header, "header"),
    (ChosenBy::Host, "host"),
    (ChosenBy::Token, "token"),
    (ChosenBy::Country, "country"),
    (ChosenBy::Default, "default"),
];

impl ChosenBy {
    /// The word for it on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        WORDS[self as usize].1
    }
}

impl fmt::Display for ChosenBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for ChosenBy {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        let found = WORDS.iter().find(|(_, known)| *known == word);
        found.map(|(by, _)| *by).ok_or_else(|| {
            InvalidInput::new(
                "chosen by",
                format!("{} is not one of {}", Quoted(word), list(&WORDS.map(|row| row.1))),
            )
        })
    }
}

/// What somebody has said of a marketplace, and from where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AskedMarket<'a> {
    /// By the body.
    pub body: Option<&'a str>,
    /// By the query.
    pub query: Option<&'a str>,
    /// By the header.
    pub header: Option<&'a str>,
    /// The host as its header names it.
    pub host: Option<&'a str>,
    /// By the token.
    pub token: Option<MarketplaceCode>,
    /// From which country, where a proxy tells it.
    pub country: Option<Country>,
}

/// The marketplace in which somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenMarket {
    /// The marketplace, as it was when it was chosen.
    pub marketplace: Arc<Marketplace>,
    /// What has chosen it.
    pub by: ChosenBy,
    /// Its language with all that stand in for it.
    chain: Arc<[Locale]>,
    /// The language of the products' own names.
    pub own_locale: Locale,
    /// The languages that the asker reads.
    pub languages: Languages,
}

impl ChosenMarket {
    fn of(entry: &Entry, by: ChosenBy, directory: &Directory, languages: Languages) -> Self {
        let Entry { marketplace, chain } = entry.clone();
        let own_locale = directory.default().marketplace.details.default_locale.clone();
        Self { marketplace, by, chain, own_locale, languages }
    }

    /// The default marketplace as it is at first, for who knows of no other.
    #[must_use]
    pub fn first() -> Self {
        static FIRST: LazyLock<ChosenMarket> = LazyLock::new(|| {
            let directory = Directory::new(Marketplace::first(Currency::USD), []);
            ChosenMarket::of(directory.default(), ChosenBy::Default, &directory, Languages::default())
        });
        FIRST.clone()
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> MarketplaceCode {
        self.marketplace.code
    }

    /// The languages in which the asker is told names, the best first: theirs, then the marketplace's.
    pub fn locales(&self) -> impl Iterator<Item = &Locale> {
        self.languages.chain().iter().chain(self.chain.iter())
    }

    /// The language of the asker in this marketplace.
    #[must_use]
    pub fn locale(&self) -> &Locale {
        self.languages.best().unwrap_or(&self.marketplace.details.default_locale)
    }
}

/// A marketplace was named, and nothing is sold there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotChosen {
    /// What has named it.
    pub by: ChosenBy,
    /// What is wrong with it, and which there are.
    pub reason: InvalidInput,
}

/// The marketplace in which somebody is who has said this, and reads these languages.
///
/// # Errors
///
/// [`NotChosen`] when they have named one that is not there or not active. A host or a country that leads to such
/// a one, or to none, leads to the default.
pub fn choose(
    asked: &AskedMarket<'_>,
    languages: Languages,
    directory: &Directory,
) -> Result<ChosenMarket, NotChosen> {
    let by_hand =
        [(asked.body, ChosenBy::Body), (asked.query, ChosenBy::Query), (asked.header, ChosenBy::Header)];
    let (entry, by) = match by_hand.into_iter().find_map(|(named, by)| Some((named?, by))) {
        Some((named, by)) => (named_entry(named, by, directory)?, by),
        None => match by_place(asked, directory) {
            Some((entry, by)) => (entry, by),
            None => match asked.token {
                Some(code) => (named_entry(code.as_str(), ChosenBy::Token, directory)?, ChosenBy::Token),
                None => by_country(asked, directory),
            },
        },
    };
    let is_active = entry.marketplace.details.active;
    let (entry, by) = if is_active { (entry, by) } else { (directory.default(), ChosenBy::Default) };
    Ok(ChosenMarket::of(entry, by, directory, languages))
}

fn by_place<'a>(asked: &AskedMarket<'_>, directory: &'a Directory) -> Option<(&'a Entry, ChosenBy)> {
    Some((directory.of_host(asked.host?)?, ChosenBy::Host))
}

fn by_country<'a>(asked: &AskedMarket<'_>, directory: &'a Directory) -> (&'a Entry, ChosenBy) {
    let found = asked.country.and_then(|country| directory.of_country(country));
    found.map_or((directory.default(), ChosenBy::Default), |entry| (entry, ChosenBy::Country))
}

fn named_entry<'a>(named: &str, by: ChosenBy, directory: &'a Directory) -> Result<&'a Entry, NotChosen> {
    let found = named.parse().ok().and_then(|code| directory.get(code));
    match found {
        Some(entry) if entry.marketplace.details.active => Ok(entry),
        found => {
            let active = directory.entries().filter(|entry| entry.marketplace.details.active);
            let mut active = active.map(|entry| entry.marketplace.code);
            let shown: Vec<_> = active.by_ref().take(LISTED).collect();
            let more = if active.next().is_some() { " and others" } else { "" };
            let wrong = if found.is_some() { "is not active; one of" } else { "is not one of" };
            let reason = format!("{} {wrong} {}{more}", Quoted(named), list(&shown));
            Err(NotChosen { by, reason: InvalidInput::new("marketplace", reason) })
        }
    }
}

/// How many marketplaces are named to who has named another.
const LISTED: usize = 100;

#[cfg(test)]
mod tests;
