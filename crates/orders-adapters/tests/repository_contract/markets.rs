//! Marketplaces: what is sold where, under which name and for how much, and what was so stays on orders.

use std::collections::BTreeMap;

use orders_domain::{
    AskedMarket, ChosenBy, ChosenMarket, Country, Event, Languages, LocationCode, MarketplaceCode, Order,
    ProductId, ProductText, Storage, Subject,
    catalogue::product::StockPolicy,
    market::{choice::choose, listing::ListingDetails},
    ports::{Change, Commit, EventFilter, EventLimit, Made, ProductQuery, Refused},
};
use tokio::task::JoinSet;

use super::{
    common::n,
    shop::{
        basket, change_product, find, keeping, make, now, order, product, refused, selling_basket, stocked,
    },
    stalls::{
        asking, called, changed_market, list, listed, market_details, market_of, new_market, open_market,
        visitor,
    },
};

fn selling_in(market: &ChosenMarket, wanted: &[(ProductId, i64)], expected: Option<i64>) -> Commit {
    selling_basket(basket(wanted, expected).sold_in(market.clone()), None)
}

async fn sell_in(shop: &Storage, market: &ChosenMarket, wanted: &[(ProductId, i64)]) -> Order {
    order(now(shop.ledger.commit(selling_in(market, wanted, None)).await))
}

/// Price, name, from where the name is, and the model of each line.
fn lines(order: &Order) -> Vec<(i64, String, String, Option<String>)> {
    let line = |(_, line): (_, &orders_domain::OrderProduct)| {
        let shown = line.shown().unwrap();
        let model = shown.model.as_ref().map(|model| model.as_str().to_owned());
        (line.price().minor_units(), shown.name.as_str().to_owned(), shown.name_from.to_string(), model)
    };
    order.lines().map(line).collect()
}

fn line(price: i64, name: &str, from: &str, model: Option<&str>) -> (i64, String, String, Option<String>) {
    (price, name.to_owned(), from.to_owned(), model.map(ToOwned::to_owned))
}

pub async fn an_order_keeps_the_price_and_the_name_that_its_marketplace_has_shown(shop: Storage) {
    let (lamp, chair) = (product(&shop, StockPolicy::Untracked).await.id, n(1));
    open_market(&shop, "de", "EUR", "de").await;
    list(&shop, lamp, "de", asking(1799, Some("L-5"))).await;
    list(&shop, chair, "de", asking(4900, None)).await;
    make(&shop, called(&shop, lamp, (None, "de"), "Lampe").await).await;
    make(&shop, called(&shop, lamp, (Some("de"), "de-AT"), "Leuchte").await).await;
    let chair_name = find(&shop, chair).await.details.name.as_str().to_owned();

    let market = visitor(&shop, "de", &["de-AT", "en"]).await;
    let sold = sell_in(&shop, &market, &[(lamp, 2), (chair, 1)]).await;
    let expected =
        [line(1799, "Leuchte", "de/de-AT", Some("L-5")), line(4900, &chair_name, "default/en", None)];
    assert_eq!(lines(&sold), expected);
    assert_eq!((sold.currency().code(), sold.total().minor_units()), ("EUR", 2 * 1799 + 4900));
    let sold_in = sold.sold_in();
    let locale = sold_in.locale.as_ref().map(ToString::to_string);
    assert_eq!((sold_in.marketplace.as_str(), sold_in.chosen_by), ("de", ChosenBy::Body));
    assert_eq!(locale.as_deref(), Some("de-AT"));
    // Who has other languages reads another name, for the same price.
    let german = sell_in(&shop, &visitor(&shop, "de", &["de-CH"]).await, &[(lamp, 1)]).await;
    assert_eq!(lines(&german), [line(1799, "Lampe", "/de", Some("L-5"))]);

    list(&shop, lamp, "de", asking(9900, None)).await;
    make(&shop, called(&shop, lamp, (Some("de"), "de-AT"), "Neue Leuchte").await).await;
    change_product(&shop, chair, |to| to.price = n(1)).await;
    assert_eq!(shop.orders.find(sold.id()).await.unwrap(), Some(sold.clone()));
    let later = sell_in(&shop, &market, &[(lamp, 1)]).await;
    assert_eq!(lines(&later), [line(9900, "Neue Leuchte", "de/de-AT", None)]);
    // The default marketplace is as it was.
    let own = find(&shop, lamp).await.details;
    let at_home = sell_in(&shop, &visitor(&shop, "default", &[]).await, &[(lamp, 1)]).await;
    assert_eq!(lines(&at_home), [line(own.price.minor_units(), own.name.as_str(), "default/en", None)]);
    assert_eq!(shop.orders.at_version(sold.id(), n(1)).await.unwrap(), Some(sold));
}

pub async fn what_a_marketplace_does_not_list_is_not_sold_there_and_nothing_is_written(shop: Storage) {
    let (lamp, other) = (stocked(&shop, StockPolicy::Deny, 5).await, n(2));
    open_market(&shop, "de", "EUR", "de").await;
    let market = visitor(&shop, "de", &[]).await;
    let before = all_events(&shop).await.len();
    let answer = |commit| async { refused(shop.ledger.commit(commit).await) };
    let reason = answer(selling_in(&market, &[(lamp, 1), (other, 1)], None)).await;
    assert!(
        reason.starts_with("NotSold(NotHere(") && reason.contains("not sold in marketplace de"),
        "{reason}"
    );
    list(&shop, lamp, "de", asking(1799, None)).await;
    list(&shop, other, "de", ListingDetails { active: false, ..asking(5, None) }).await;
    let reason = answer(selling_in(&market, &[(lamp, 1), (other, 1)], None)).await;
    assert!(reason.starts_with("NotSold(NotHere([LineFault { part: Product(1)"), "{reason}");
    // What exists nowhere, or is withdrawn everywhere, is told as that.
    let reason = answer(selling_in(&market, &[(other, 1), (n(999), 1)], None)).await;
    assert!(reason.starts_with("NotSold(Invalid("), "{reason}");
    change_product(&shop, lamp, |to| to.active = false).await;
    let reason = answer(selling_in(&market, &[(lamp, 1)], None)).await;
    assert!(reason.starts_with("NotSold(Invalid(") && reason.contains("not for sale"), "{reason}");
    change_product(&shop, lamp, |to| to.active = true).await;
    let reason = answer(selling_in(&market, &[(lamp, 2)], Some(3600))).await;
    assert!(reason.starts_with("NotSold(PriceChanged") && reason.contains("3598"), "{reason}");
    assert_eq!(all_events(&shop).await.len(), before + 4);
    assert_eq!(sell_in(&shop, &market, &[(lamp, 5)]).await.total().minor_units(), 5 * 1799);
    let reason = answer(selling_in(&market, &[(lamp, 1)], None)).await;
    assert!(reason.starts_with("NotSold(OutOfStock"), "{reason}");
}

pub async fn nothing_is_sold_by_a_marketplace_that_has_changed_since_it_was_chosen(shop: Storage) {
    let lamp = product(&shop, StockPolicy::Untracked).await.id;
    open_market(&shop, "de", "EUR", "de").await;
    let early = visitor(&shop, "de", &[]).await;
    make(&shop, changed_market(&shop, "de", |to| to.currency = "CHF".parse().unwrap()).await).await;
    list(&shop, lamp, "de", asking(1799, None)).await;
    let stale = refused(shop.ledger.commit(selling_in(&early, &[(lamp, 1)], None)).await);
    assert_eq!(stale, "NotSold(MarketplaceChanged)");
    let rehearsed = refused(shop.ledger.rehearse(selling_in(&early, &[(lamp, 1)], None)).await);
    assert_eq!(rehearsed, stale);
    let late = visitor(&shop, "de", &[]).await;
    assert_eq!(sell_in(&shop, &late, &[(lamp, 1)]).await.currency().code(), "CHF");
    make(&shop, changed_market(&shop, "de", |to| to.active = false).await).await;
    let closed = refused(shop.ledger.commit(selling_in(&late, &[(lamp, 1)], None)).await);
    assert_eq!(closed, "NotSold(MarketplaceChanged)");
}

pub async fn a_currency_changes_only_while_nothing_is_priced_or_sold_in_it(shop: Storage) {
    let euro = |to: &mut orders_domain::market::marketplace::MarketplaceDetails| {
        to.currency = "EUR".parse().unwrap();
    };
    let lamp = product(&shop, StockPolicy::Untracked).await;
    open_market(&shop, "uk", "GBP", "en-GB").await;
    make(&shop, changed_market(&shop, "uk", euro).await).await;
    list(&shop, lamp.id, "uk", asking(1, None)).await;
    let dollar = changed_market(&shop, "uk", |to| to.currency = "USD".parse().unwrap()).await;
    assert_eq!(refused(shop.ledger.commit(keeping(dollar, None)).await), "Priced");
    // The products of the default marketplace go with it, and one that does not know that is decided again.
    let mut dearer = lamp.details.clone();
    dearer.price = n(7);
    let dearer = Change::Product(lamp.changed(dearer).unwrap());
    make(&shop, changed_market(&shop, "default", euro).await).await;
    assert_eq!(shop.catalogue.currency().code(), "EUR");
    assert_eq!(find(&shop, lamp.id).await.details.currency.code(), "EUR");
    assert_eq!(refused(shop.ledger.commit(keeping(dearer, None)).await), "Stale");
    let sold = sell_in(&shop, &visitor(&shop, "default", &[]).await, &[(lamp.id, 1)]).await;
    assert_eq!(sold.currency().code(), "EUR");
    let back = changed_market(&shop, "default", |to| to.currency = "USD".parse().unwrap()).await;
    assert_eq!(refused(shop.ledger.commit(keeping(back, None)).await), "Priced");
    // What is not about money can be changed at any time.
    let named = changed_market(&shop, "default", |to| to.default_locale = "de".parse().unwrap()).await;
    make(&shop, named).await;
    let german = sell_in(&shop, &visitor(&shop, "default", &[]).await, &[(lamp.id, 1)]).await;
    assert_eq!(lines(&german)[0].2, "default/de");
}

pub async fn a_host_and_a_country_lead_to_one_marketplace(shop: Storage) {
    let with = |host: Option<&str>, countries: &[&str]| {
        let mut details = market_details("EUR", "de");
        details.host = host.map(|host| host.parse().unwrap());
        details.countries = countries.iter().map(|code| code.parse().unwrap()).collect();
        details
    };
    make(&shop, new_market("de", with(Some("shop.example.de"), &["DE", "AT"]))).await;
    let answer = |change| async { refused(shop.ledger.commit(keeping(change, None)).await) };
    assert_eq!(answer(new_market("de", with(None, &[]))).await, "Taken(MarketplaceCode(\"de\"))");
    let taken = answer(new_market("at", with(Some("shop.example.de"), &[]))).await;
    assert_eq!(taken, "Taken(Host(\"shop.example.de\", \"de\"))");
    let taken = answer(new_market("at", with(None, &["CH", "AT"]))).await;
    assert_eq!(taken, r#"Taken(Country(Country([65, 84]), "de"))"#);
    make(&shop, new_market("at", with(None, &["CH"]))).await;
    let wanted = changed_market(&shop, "at", |to| to.countries = ["AT".parse().unwrap()].into()).await;
    assert_eq!(answer(wanted.clone()).await, taken);
    // It has to be let go first.
    make(&shop, changed_market(&shop, "de", |to| to.countries = ["DE".parse().unwrap()].into()).await).await;
    make(&shop, wanted).await;
    let directory = shop.markets.directory().await.unwrap();
    let leads = |country: &str| {
        directory.of_country(country.parse().unwrap()).map(|entry| entry.marketplace.code.to_string())
    };
    assert_eq!(["DE", "AT", "CH"].map(leads), [Some("de".to_owned()), Some("at".to_owned()), None]);
    assert_eq!(directory.of_host("SHOP.example.de:443").unwrap().marketplace.code.as_str(), "de");
    assert_eq!(market_of(&shop, "at").await.version, n(2));
}

/// The countries of each marketplace, and everything that a head can say beside: what is chosen by what is stored
/// is what the table of the choice says.
pub async fn every_country_with_every_head_leads_to_the_same_marketplace(shop: Storage) {
    let all: Vec<Country> = Country::all().collect();
    let (mut expected, mut codes) = (BTreeMap::new(), Vec::new());
    for (number, countries) in all.chunks(40).enumerate() {
        let code = format!("m{number}");
        let mut details = market_details("EUR", "de");
        details.countries = countries.iter().copied().collect();
        details.host = Some(format!("{code}.example.org").parse().unwrap());
        // The last one is closed, and its countries have no other.
        details.active = number < 6;
        let leads_to = if details.active { code.clone() } else { "default".to_owned() };
        expected.extend(countries.iter().map(|country| (*country, leads_to.clone())));
        make(&shop, new_market(&code, details)).await;
        codes.push(code);
    }
    let directory = shop.markets.directory().await.unwrap();
    let mut counted = 0;
    for country in all {
        for header in [None, Some("m0"), Some("m3"), Some("default"), Some("m6")] {
            for host in [
                None,
                Some("m1.example.org"),
                Some("M2.example.org:80"),
                Some("m6.example.org"),
                Some("[::1]"),
            ] {
                for token in [None, Some("m4".parse::<MarketplaceCode>().unwrap())] {
                    let asked =
                        AskedMarket { header, host, token, country: Some(country), ..AskedMarket::default() };
                    let chosen = choose(&asked, Languages::default(), &directory);
                    let by_place = match (host, token) {
                        (Some("m1.example.org"), _) => "m1",
                        (Some("M2.example.org:80"), _) => "m2",
                        (Some("m6.example.org"), _) => "default",
                        (_, Some(_)) => "m4",
                        _ => &expected[&country],
                    };
                    match (header, chosen) {
                        (Some("m6"), Err(refused)) => assert!(refused.reason.reason.contains("not active")),
                        (header, Ok(chosen)) => {
                            assert_eq!(chosen.code().as_str(), header.unwrap_or(by_place), "{asked:?}");
                        }
                        (_, Err(refused)) => panic!("{asked:?}: {refused:?}"),
                    }
                    counted += 1;
                }
            }
        }
    }
    assert_eq!((counted, codes.len()), (249 * 50, 7));
}

pub async fn a_list_of_products_shows_what_a_marketplace_lists(shop: Storage) {
    open_market(&shop, "de", "EUR", "de").await;
    open_market(&shop, "fr", "EUR", "fr").await;
    for id in [2, 3, 5, 8] {
        list(&shop, n(id), "de", ListingDetails { active: id != 3, ..asking(id, None) }).await;
    }
    list(&shop, n(3), "fr", asking(33, None)).await;
    change_product(&shop, n(8), |to| to.sku = orders_domain::catalogue::product::Sku::parse("S-8").ok())
        .await;
    let page = async |market: &str, after: i64, limit: i64, sku: Option<&str>| {
        let query = ProductQuery {
            market: market.parse().unwrap(),
            active: None,
            sku: sku.map(|sku| orders_domain::catalogue::product::Sku::parse(sku).unwrap()),
            after: (after > 0).then(|| n(after)),
            limit: n(limit),
        };
        let offers = shop.catalogue.products(query).await.unwrap();
        offers.iter().map(|offer| offer.product.id.get()).collect::<Vec<_>>()
    };
    assert_eq!(page("de", 0, 500, None).await, [2, 5, 8]);
    assert_eq!(page("de", 0, 2, None).await, [2, 5]);
    assert_eq!(page("de", 5, 2, None).await, [8]);
    assert_eq!(page("fr", 0, 500, None).await, [3]);
    assert_eq!(page("de", 0, 500, Some("S-8")).await, [8]);
    assert_eq!(page("fr", 0, 500, Some("S-8")).await, [] as [i64; 0]);
    assert_eq!(page("default", 0, 500, None).await.len(), 10);
    let showings = shop.markets.showings(&[n(8), n(999), n(2), n(3)], "de".parse().unwrap()).await.unwrap();
    let price = |showing: &Option<orders_domain::market::shown::Showing>| {
        let listing = showing.as_ref()?.listing("de".parse().unwrap())?;
        Some(listing.details.price.minor_units())
    };
    assert_eq!(showings.iter().map(price).collect::<Vec<_>>(), [Some(8), None, Some(2), Some(3)]);
    assert!(showings[1].is_none() && showings[3].is_some());
}

pub async fn a_product_has_so_many_texts_and_no_more(shop: Storage) {
    let languages: Vec<String> =
        ('a'..='z').flat_map(|one| ('a'..='z').map(move |two| format!("q{one}{two}"))).collect();
    for tag in &languages[..ProductText::MOST] {
        make(&shop, called(&shop, n(1), (None, tag), "a name").await).await;
    }
    let one_more = called(&shop, n(1), (None, &languages[ProductText::MOST]), "a name").await;
    assert_eq!(refused(shop.ledger.commit(keeping(one_more, None)).await), "Taken(Texts)");
    make(&shop, called(&shop, n(1), (None, &languages[0]), "another").await).await;
    make(&shop, called(&shop, n(2), (None, &languages[0]), "a name").await).await;
}

pub async fn what_was_set_by_two_at_once_is_stale_for_one(shop: Storage) {
    open_market(&shop, "de", "EUR", "de").await;
    for round in 0..2 {
        let one = listed(&shop, n(1), "de", asking(10 + round, None)).await;
        let two = listed(&shop, n(1), "de", asking(20 + round, None)).await;
        make(&shop, one).await;
        assert_eq!(refused(shop.ledger.commit(keeping(two, None)).await), "Stale");
        let one = called(&shop, n(1), (None, "de"), &format!("one {round}")).await;
        let two = called(&shop, n(1), (None, "de"), &format!("two {round}")).await;
        make(&shop, one).await;
        assert_eq!(refused(shop.ledger.commit(keeping(two, None)).await), "Stale");
        let one = changed_market(&shop, "de", |to| to.price_includes_tax = round > 0).await;
        make(&shop, one.clone()).await;
        assert_eq!(refused(shop.ledger.commit(keeping(one, None)).await), "Stale");
    }
    // A rehearsal leaves all as it is.
    let rehearsed = listed(&shop, n(1), "de", asking(99, None)).await;
    let Made::Listing(listing) = now(shop.ledger.rehearse(keeping(rehearsed, None)).await) else { panic!() };
    assert_eq!((listing.details.price, listing.version), (n(99), n(3)));
    let present = shop.markets.listing(n(1), "de".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((present.details.price, present.version), (n(11), n(2)));
}

async fn all_events(shop: &Storage) -> Vec<Event> {
    let (mut events, mut after): (Vec<Event>, _) = (Vec::new(), None);
    loop {
        let page = shop.feed.events(EventFilter::default(), after, EventLimit::MAX).await.unwrap();
        events.extend(page.events);
        after = page.cursor;
        if !page.more {
            return events;
        }
    }
}

/// Prices, names and the marketplace itself change while orders come in: each order has what its marketplace asked
/// at the moment of its own commit, which is told by the order of the events.
pub async fn every_line_has_the_price_and_the_name_of_its_commit_whatever_else_changes(shop: Storage) {
    let lamp = product(&shop, StockPolicy::Untracked).await.id;
    open_market(&shop, "de", "EUR", "de").await;
    list(&shop, lamp, "de", asking(1, None)).await;
    make(&shop, called(&shop, lamp, (None, "de"), "name 1").await).await;
    let mut tasks = JoinSet::new();
    for buyer in 0..6 {
        let shop = shop.clone();
        tasks.spawn(async move {
            for _ in 0..12 {
                loop {
                    let market = visitor(&shop, if buyer < 5 { "de" } else { "default" }, &["de"]).await;
                    match shop.ledger.commit(selling_in(&market, &[(lamp, 1)], None)).await {
                        Err(Refused::NotSold(_)) => {}
                        done => break drop(now(done)),
                    }
                }
            }
        });
    }
    let keeper = shop.clone();
    tasks.spawn(async move {
        for step in 2..40 {
            list(&keeper, lamp, "de", asking(step, None)).await;
            make(&keeper, called(&keeper, lamp, (None, "de"), &format!("name {step}")).await).await;
            if step % 8 == 0 {
                let change = changed_market(&keeper, "de", |to| to.price_includes_tax = step % 16 == 0).await;
                make(&keeper, change).await;
            }
            if step % 5 == 0 {
                change_product(&keeper, lamp, |to| to.price = n(1000 + step)).await;
            }
        }
    });
    tasks.join_all().await;
    let own = find(&shop, lamp).await;
    assert!(own.details.price.minor_units() > 1000);
    let (mut asked, mut named, mut own_price) = (0, 0, 1000);
    let mut checked = 0;
    for event in all_events(&shop).await {
        let number = |name: &str| match &event.what {
            orders_domain::What::Other { made, .. } => made.number(name).ok(),
            orders_domain::What::Order(_) => None,
        };
        match &event.subject {
            Subject::Listing(..) => asked = number("price").unwrap(),
            Subject::Product(id) if *id == lamp => own_price = number("price").unwrap(),
            Subject::Text(_) => named += 1,
            Subject::Order(id) => {
                let order = shop.orders.find(*id).await.unwrap().unwrap();
                let (price, name, ..) = lines(&order).remove(0);
                let is_german = order.sold_in().marketplace.as_str() == "de";
                assert_eq!(price, if is_german { asked } else { own_price }, "order {id}");
                assert_eq!(name, format!("name {named}"), "order {id}");
                assert_eq!(event.marketplace, Some(order.sold_in().marketplace));
                checked += 1;
            }
            _ => {}
        }
    }
    assert_eq!(checked, 72);
}

pub async fn events_are_found_by_their_marketplace(shop: Storage) {
    open_market(&shop, "de", "EUR", "de").await;
    list(&shop, n(1), "de", asking(5, None)).await;
    make(&shop, called(&shop, n(1), (Some("de"), "de"), "Lampe").await).await;
    make(&shop, called(&shop, n(1), (None, "de"), "Lampe").await).await;
    let sold = sell_in(&shop, &visitor(&shop, "de", &[]).await, &[(n(1), 1)]).await;
    sell_in(&shop, &visitor(&shop, "default", &[]).await, &[(n(1), 1)]).await;
    super::shop::advance(&shop, sold.id(), orders_domain::OrderStatus::Cancelled).await;
    let _: LocationCode = super::shop::location(&shop, "MAIN", 0).await.code;
    let of = async |code: &str| {
        let filter = EventFilter { marketplace: Some(code.parse().unwrap()), ..EventFilter::default() };
        let page = shop.feed.events(filter, None, EventLimit::MAX).await.unwrap();
        page.events.iter().map(|event| event.event_type().as_str()).collect::<Vec<_>>()
    };
    let german =
        ["marketplace.created", "listing.created", "text.created", "order.placed", "order.cancelled"];
    assert_eq!(of("de").await, german);
    assert_eq!(of("default").await, ["order.placed"]);
    assert_eq!(of("fr").await, [] as [&str; 0]);
}
