//! Marketplaces, and what they say of products, through the ports.

use orders_domain::{
    AskedMarket, ChosenMarket, Languages, Listing, Locale, Marketplace, MarketplaceCode, ProductId,
    ProductText, Storage,
    catalogue::product::ProductName,
    market::{
        choice::choose,
        listing::{ListingDetails, Model},
        marketplace::{MarketplaceDetails, MarketplaceName, NewMarketplace},
        product_text::{TextDetails, TextKey},
    },
    ports::{Change, Made},
};

use super::{common::n, shop::make};

/// What is said of a marketplace that has this currency and language.
pub fn market_details(currency: &str, locale: &str) -> MarketplaceDetails {
    MarketplaceDetails {
        name: MarketplaceName::parse("a marketplace").unwrap(),
        currency: currency.parse().unwrap(),
        default_locale: locale.parse().unwrap(),
        time_zone: "Europe/Berlin".parse().unwrap(),
        price_includes_tax: true,
        countries: [].into(),
        host: None,
        active: true,
    }
}

/// A marketplace that is new.
pub fn new_market(code: &str, details: MarketplaceDetails) -> Change {
    Change::NewMarketplace(NewMarketplace { code: code.parse().unwrap(), details })
}

/// The marketplace of this code, as it is.
pub async fn market_of(shop: &Storage, code: &str) -> Marketplace {
    let directory = shop.markets.directory_now().await.unwrap();
    directory.get(code.parse().unwrap()).unwrap().marketplace.as_ref().clone()
}

/// A marketplace becomes something else.
pub async fn changed_market(shop: &Storage, code: &str, change: impl Fn(&mut MarketplaceDetails)) -> Change {
    let market = market_of(shop, code).await;
    let mut details = market.details.clone();
    change(&mut details);
    Change::Marketplace(market.changed(details).unwrap())
}

/// A new marketplace that has this currency and language.
pub async fn open_market(shop: &Storage, code: &str, currency: &str, locale: &str) {
    make(shop, new_market(code, market_details(currency, locale))).await;
}

/// What a marketplace asks for a product, and under which model, as somebody sets it who knows how it is.
pub async fn listed(shop: &Storage, product: ProductId, code: &str, details: ListingDetails) -> Change {
    let code: MarketplaceCode = code.parse().unwrap();
    let present = shop.markets.listing(product, code).await.unwrap();
    Change::Listing(Listing::set((product, code), present, details).unwrap())
}

/// So much, and it is sold there.
pub fn asking(price: i64, model: Option<&str>) -> ListingDetails {
    ListingDetails { price: n(price), model: model.map(|model| Model::parse(model).unwrap()), active: true }
}

/// Has a marketplace sell a product.
pub async fn list(shop: &Storage, product: ProductId, code: &str, details: ListingDetails) -> Listing {
    match make(shop, listed(shop, product, code, details).await).await {
        Made::Listing(listing) => listing,
        other => panic!("{other:?}"),
    }
}

/// What a product is called, in a marketplace or in all.
pub async fn called(
    shop: &Storage,
    product: ProductId,
    (marketplace, locale): (Option<&str>, &str),
    name: &str,
) -> Change {
    let marketplace = marketplace.map(|code| code.parse().unwrap());
    let of = TextKey { product, marketplace, locale: locale.parse().unwrap() };
    let present = shop.markets.text(of.clone()).await.unwrap();
    let details = TextDetails { name: ProductName::parse(name).unwrap(), description: None };
    Change::Text(ProductText::set(of, present, details).unwrap())
}

/// Where somebody is who names a marketplace and reads these languages.
pub async fn visitor(shop: &Storage, code: &str, reads: &[&str]) -> ChosenMarket {
    let reads: Vec<Locale> = reads.iter().map(|tag| tag.parse().unwrap()).collect();
    let asked = AskedMarket { body: Some(code), ..AskedMarket::default() };
    choose(&asked, Languages::of(&reads), &shop.markets.directory_now().await.unwrap()).unwrap()
}
