use super::*;
use crate::{
    market::marketplace::{MarketplaceDetails, MarketplaceName},
    version::Version,
};

fn market(code: &str, host: Option<&str>, countries: &[&str], active: bool) -> Marketplace {
    let details = MarketplaceDetails {
        name: MarketplaceName::parse(code).unwrap(),
        host: host.map(|host| host.parse().unwrap()),
        countries: countries.iter().map(|code| code.parse().unwrap()).collect(),
        active,
        ..Marketplace::first(Currency::USD).details
    };
    Marketplace { code: code.parse().unwrap(), details, version: Version::FIRST }
}

fn directory() -> Directory {
    let others = [
        market("de", Some("shop.example.de"), &["DE", "AT"], true),
        market("fr", Some("shop.example.fr"), &["FR"], true),
        market("uk", Some("shop.example.uk"), &["GB"], false),
    ];
    Directory::new(Marketplace::first(Currency::USD), others)
}

fn chosen(asked: &AskedMarket<'_>) -> Result<(String, ChosenBy), String> {
    choose(asked, Languages::default(), &directory())
        .map(|chosen| (chosen.code().to_string(), chosen.by))
        .map_err(|refused| format!("{}: {}", refused.by, refused.reason))
}

#[test]
fn the_words_are_listed_at_their_own_rows() {
    for (index, (by, word)) in WORDS.into_iter().enumerate() {
        assert_eq!((by as usize, by.as_str(), word.parse()), (index, word, Ok(by)));
    }
    assert!("luck".parse::<ChosenBy>().is_err());
}

/// Each way alone, and with all the weaker ones, which it beats.
#[test]
fn what_is_said_first_counts() {
    let mut asked = AskedMarket::default();
    assert_eq!(chosen(&asked), Ok(("default".to_owned(), ChosenBy::Default)));
    let says = |code: &str, by| Ok((code.to_owned(), by));
    asked.country = Some("AT".parse().unwrap());
    assert_eq!(chosen(&asked), says("de", ChosenBy::Country));
    asked.token = Some("fr".parse().unwrap());
    assert_eq!(chosen(&asked), says("fr", ChosenBy::Token));
    asked.host = Some("SHOP.example.de:3000");
    assert_eq!(chosen(&asked), says("de", ChosenBy::Host));
    asked.header = Some("fr");
    assert_eq!(chosen(&asked), says("fr", ChosenBy::Header));
    asked.query = Some("default");
    assert_eq!(chosen(&asked), says("default", ChosenBy::Query));
    asked.body = Some("de");
    assert_eq!(chosen(&asked), says("de", ChosenBy::Body));
}

#[test]
fn what_leads_nowhere_is_passed_over_and_what_leads_to_an_inactive_one_leads_to_the_default() {
    let in_france = AskedMarket { country: Some("FR".parse().unwrap()), ..AskedMarket::default() };
    let by_unknown_host = AskedMarket { host: Some("localhost:3000"), ..in_france };
    assert_eq!(chosen(&by_unknown_host), Ok(("fr".to_owned(), ChosenBy::Country)));
    for asked in [
        AskedMarket { host: Some("shop.example.uk"), ..in_france },
        AskedMarket { country: Some("GB".parse().unwrap()), ..AskedMarket::default() },
        AskedMarket { country: Some("JP".parse().unwrap()), ..AskedMarket::default() },
    ] {
        assert_eq!(chosen(&asked), Ok(("default".to_owned(), ChosenBy::Default)), "{asked:?}");
    }
}

#[test]
fn a_named_one_that_is_not_there_or_not_active_is_refused_with_those_that_are() {
    let known = "default, de, fr";
    let reason = |by: &str, wrong: &str| Err(format!("{by}: marketplace {wrong} {known}"));
    let named =
        |body: &'static str| AskedMarket { body: Some(body), header: Some("de"), ..AskedMarket::default() };
    assert_eq!(chosen(&named("xx")), reason("body", "\"xx\" is not one of"));
    assert_eq!(chosen(&named("no such")), reason("body", "\"no such\" is not one of"));
    assert_eq!(chosen(&named("uk")), reason("body", "\"uk\" is not active; one of"));
    let by_token = AskedMarket { token: Some("uk".parse().unwrap()), ..AskedMarket::default() };
    assert_eq!(chosen(&by_token), reason("token", "\"uk\" is not active; one of"));
}

/// All 249 countries by everything that a head can say of a marketplace: by hand beats by place, whatever the country.
#[test]
fn every_country_with_every_head_leads_to_one_marketplace() {
    let directory = directory();
    let heads = [None, Some("de"), Some("fr"), Some("default"), Some("uk")];
    let hosts =
        [None, Some("shop.example.de"), Some("shop.example.uk"), Some("localhost:3000"), Some("[::1]:1")];
    let mut counted = 0;
    for country in Country::all() {
        for header in heads {
            for host in hosts {
                for token in [None, Some("fr".parse().unwrap())] {
                    let asked =
                        AskedMarket { header, host, token, country: Some(country), ..AskedMarket::default() };
                    let expected = match (header, host, token) {
                        (Some("uk"), ..) => None,
                        (Some(named), ..) => Some(named),
                        (None, Some("shop.example.de"), _) => Some("de"),
                        (None, Some("shop.example.uk"), _) => Some("default"),
                        (None, _, Some(_)) => Some("fr"),
                        (None, ..) => Some(match country.code() {
                            "DE" | "AT" => "de",
                            "FR" => "fr",
                            _ => "default",
                        }),
                    };
                    let chosen = choose(&asked, Languages::default(), &directory).ok();
                    assert_eq!(
                        chosen.map(|chosen| chosen.code().to_string()).as_deref(),
                        expected,
                        "{asked:?}"
                    );
                    counted += 1;
                }
            }
        }
    }
    assert_eq!(counted, 249 * 50);
}

#[test]
fn a_language_that_is_asked_for_comes_before_that_of_the_marketplace() {
    let languages = Languages::of(&["es-AR".parse().unwrap()]);
    let asked = AskedMarket { body: Some("de"), ..AskedMarket::default() };
    let chosen = choose(&asked, languages, &directory()).unwrap();
    let locales: Vec<_> = chosen.locales().map(Locale::as_str).collect();
    assert_eq!((chosen.locale().as_str(), locales), ("es-AR", vec!["es-AR", "es-419", "es", "en"]));
}
