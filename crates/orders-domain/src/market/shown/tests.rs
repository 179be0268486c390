use super::*;
use crate::{
    catalogue::product::StockPolicy,
    market::{
        choice::{AskedMarket, choose},
        directory::Directory,
        languages::Languages,
        marketplace::{Marketplace, MarketplaceDetails},
    },
    money::Currency,
};

/// Somebody in the marketplace `de`, whose language is Austrian German, who reads these languages.
fn market(code: &str, reads: &[&str]) -> ChosenMarket {
    let first = Marketplace::first(Currency::USD);
    let details = MarketplaceDetails {
        currency: "EUR".parse().unwrap(),
        default_locale: "de-AT".parse().unwrap(),
        ..first.details.clone()
    };
    let german = Marketplace { code: "de".parse().unwrap(), details, version: Version::FIRST };
    let reads: Vec<_> = reads.iter().map(|tag| tag.parse().unwrap()).collect();
    let asked = AskedMarket { body: Some(code), ..AskedMarket::default() };
    choose(&asked, Languages::of(&reads), &Directory::new(first, [german])).unwrap()
}

fn name(text: &str) -> ProductName {
    ProductName::parse(text).unwrap()
}

fn text(from: &str, called: &str) -> NameText {
    NameText { from: from.parse().unwrap(), name: name(called), version: Version::FIRST }
}

fn terms() -> Terms {
    let price = 1999.try_into().unwrap();
    Terms { price, currency: Currency::USD, policy: StockPolicy::Deny, active: true }
}

fn listing(price: i64, active: bool) -> Listing {
    let details =
        ListingDetails { price: price.try_into().unwrap(), model: Model::parse("L-5").ok(), active };
    let (product, marketplace) = (9.try_into().unwrap(), "de".parse().unwrap());
    Listing { product, marketplace, details, version: Version::FIRST }
}

#[test]
fn a_name_is_that_of_the_best_language_and_within_it_the_marketplaces_own() {
    let texts = ["de/de", "/de", "/de-AT", "/en", "de/es-419", "/pt-PT", "/zh-Hant", "fr/fr"];
    let all: Vec<_> = texts.iter().map(|from| text(from, from)).collect();
    let showing = Showing::new(name("own"), vec![listing(1799, true)], all);
    for (reads, expected) in [
        // In the marketplace's language, which is told to who reads none of the others.
        (vec![], "/de-AT"),
        (vec!["ja"], "/de-AT"),
        // Another marketplace's text is nobody else's.
        (vec!["fr"], "/de-AT"),
        (vec!["de"], "de/de"),
        (vec!["de-AT"], "/de-AT"),
        (vec!["de-CH"], "de/de"),
        // By CLDR, not by cutting tags short.
        (vec!["es-AR"], "de/es-419"),
        (vec!["en-AU"], "/en"),
        (vec!["pt-AO"], "/pt-PT"),
        (vec!["zh-HK"], "/zh-Hant"),
        (vec!["zh-CN"], "/de-AT"),
        // The next language before the marketplace's.
        (vec!["ja", "es-MX"], "de/es-419"),
        // A language's parents before the next language.
        (vec!["en-AU", "de"], "/en"),
    ] {
        let sold = showing.at(terms(), &market("de", &reads)).unwrap();
        assert_eq!(sold.shown.name.as_str(), expected, "{reads:?}");
        assert_eq!(sold.shown.name_from.to_string(), expected, "{reads:?}");
    }
}

#[test]
fn without_a_text_the_products_own_name_is_told_as_the_defaults() {
    let showing = Showing::new(name("own"), vec![listing(1, true)], vec![text("fr/fr", "x")]);
    for code in ["de", "default"] {
        let shown = showing.at(terms(), &market(code, &["de"])).unwrap().shown;
        assert_eq!((shown.name.as_str(), shown.name_from.to_string().as_str()), ("own", "default/en"));
    }
}

#[test]
fn the_price_is_the_marketplaces_own_and_what_it_does_not_list_is_not_sold_there() {
    let sold = Showing::new(name("own"), vec![listing(1799, true)], Vec::new());
    let in_germany = sold.at(terms(), &market("de", &[])).unwrap();
    let (euro, model) = ("EUR".parse().unwrap(), in_germany.shown.model.as_ref().map(Model::as_str));
    assert_eq!(
        (in_germany.terms.price.minor_units(), in_germany.terms.currency, model),
        (1799, euro, Some("L-5"))
    );
    let at_home = sold.at(terms(), &market("default", &[])).unwrap();
    assert_eq!((at_home.terms, at_home.shown.model.as_ref()), (terms(), None));
    let not_here = Err(NotOnSale::NotHere("de".parse().unwrap()));
    let withdrawn = Showing::new(name("own"), vec![listing(1799, false)], Vec::new());
    let unlisted = Showing::new(name("own"), Vec::new(), Vec::new());
    for showing in [withdrawn, unlisted] {
        assert_eq!(showing.at(terms(), &market("de", &[])), not_here);
        assert!(showing.at(terms(), &market("default", &[])).is_ok());
    }
}

#[test]
fn where_a_name_is_from_is_written_and_read_again() {
    for from in ["de/de-AT", "/zh-Hant-HK", "default/en"] {
        assert_eq!(from.parse::<NameFrom>().unwrap().to_string(), from);
    }
    for bad in ["", "de", "de/", "DE/de", "/", "de/d e"] {
        assert!(bad.parse::<NameFrom>().is_err(), "{bad:?}");
    }
}
