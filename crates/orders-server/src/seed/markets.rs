//! Marketplaces, listings and texts, for trials.

use std::io::{Write, stdout};

use anyhow::{Context, Result};
use fastrand::Rng;
use orders_adapters::{SystemClock, sql::Bulk};
use orders_domain::{
    AskedMarket, ChosenMarket, Directory, InvalidInput, Languages, MarketplaceCode, Product, ProductId,
    catalogue::{
        import::{Said, TextPlace},
        product::ProductName,
    },
    market::{
        choice::choose,
        listing::{ListingDetails, Model},
        marketplace::{MarketplaceDetails, MarketplaceName, NewMarketplace},
        product_text::{Description, TextDetails},
        shown::{OnSale, Showing},
    },
    ports::Clock,
};

/// Products of which marketplaces are told at once.
const AT_ONCE: usize = 2_000;

/// Up to which number products have texts.
const NAMED: i64 = 100;

/// A marketplace that can be founded.
struct Plan {
    code: &'static str,
    name: &'static str,
    currency: &'static str,
    locale: &'static str,
    time_zone: &'static str,
    countries: &'static [&'static str],
    /// How much of its minor unit a hundred of the products' own are worth.
    rate: i64,
    /// Which words of [`THINGS`] are its language's.
    words: usize,
}

const PLANS: [Plan; 8] = [
    plan("de", "Deutschland", ("EUR", 92), "de", "Europe/Berlin", &["AT", "DE"], 0),
    plan("fr", "France", ("EUR", 95), "fr", "Europe/Paris", &["FR", "MC"], 1),
    plan("uk", "United Kingdom", ("GBP", 79), "en-GB", "Europe/London", &["GB"], 2),
    plan("jp", "日本", ("JPY", 150), "ja", "Asia/Tokyo", &["JP"], 3),
    plan("kw", "الكويت", ("KWD", 307), "ar", "Asia/Kuwait", &["KW"], 4),
    plan("cl", "Chile", ("CLF", 247), "es-CL", "America/Santiago", &["CL"], 5),
    plan("us-es", "Estados Unidos", ("USD", 100), "es-US", "America/New_York", &["PR"], 5),
    plan("ch", "Schweiz", ("CHF", 88), "de-CH", "Europe/Zurich", &["CH", "LI"], 0),
];

const fn plan(
    code: &'static str,
    name: &'static str,
    (currency, rate): (&'static str, i64),
    locale: &'static str,
    time_zone: &'static str,
    countries: &'static [&'static str],
    words: usize,
) -> Plan {
    Plan { code, name, currency, locale, time_zone, countries, rate, words }
}

/// What products are, as their own names have it, and in German, French, English, Japanese, Arabic and Spanish.
const THINGS: [(&str, [&str; 6]); 10] = [
    ("mug", ["Becher", "Tasse", "Mug", "マグカップ", "كوب", "Taza"]),
    ("backpack", ["Rucksack", "Sac à dos", "Rucksack", "リュックサック", "حقيبة ظهر", "Mochila"]),
    ("bag", ["Tasche", "Sac", "Bag", "バッグ", "حقيبة", "Bolsa"]),
    ("notebook", ["Notizbuch", "Carnet", "Notebook", "ノート", "دفتر", "Cuaderno"]),
    ("pen", ["Füller", "Stylo", "Pen", "ペン", "قلم", "Pluma"]),
    ("lamp", ["Lampe", "Lampe", "Lamp", "ランプ", "مصباح", "Lámpara"]),
    ("blanket", ["Decke", "Couverture", "Blanket", "毛布", "بطانية", "Manta"]),
    ("bottle", ["Flasche", "Bouteille", "Bottle", "ボトル", "زجاجة", "Botella"]),
    ("board", ["Brett", "Planche", "Board", "まな板", "لوح", "Tabla"]),
    ("candle", ["Kerze", "Bougie", "Candle", "キャンドル", "شمعة", "Vela"]),
];

/// The marketplaces that are founded, and what was added.
pub struct Markets {
    plans: &'static [Plan],
    founded: usize,
    listings: u64,
    texts: u64,
}

impl Markets {
    /// Founds the first of eight marketplaces, so many. Those that are there already stay as they are, and so does
    /// where countries lead.
    ///
    /// # Errors
    ///
    /// When they cannot be stored.
    pub fn found(shop: &mut dyn Bulk, count: u8) -> Result<Self> {
        let plans = PLANS.get(..count.into()).unwrap_or(&PLANS);
        let mut markets = Self { plans, founded: 0, listings: 0, texts: 0 };
        if plans.is_empty() {
            return Ok(markets);
        }
        let directory = shop.directory()?;
        let mut new =
            plans.iter().map(|plan| plan.marketplace(directory.as_ref())).collect::<Result<Vec<_>, _>>()?;
        new.retain(|new| directory.as_ref().is_none_or(|known| known.get(new.code).is_none()));
        markets.founded = new.len();
        if !new.is_empty() {
            shop.add_marketplaces(new, SystemClock.now()).context("the marketplaces cannot be stored")?;
        }
        Ok(markets)
    }

    /// Lists products in them, of each nine in ten, and names the first ones in their languages. What is said of
    /// products already stays.
    ///
    /// # Errors
    ///
    /// When it cannot be stored.
    pub fn list(&mut self, shop: &mut dyn Bulk, products: &[Product]) -> Result<()> {
        if self.plans.is_empty() {
            return Ok(());
        }
        for some in products.chunks(AT_ONCE) {
            let said = some.iter().map(|product| self.said(product)).collect::<Result<_, InvalidInput>>()?;
            let (listings, texts) =
                shop.add_said(said, SystemClock.now()).context("the listings cannot be stored")?;
            self.listings += listings;
            self.texts += texts;
        }
        Ok(())
    }

    /// Lists those that come after an id.
    ///
    /// # Errors
    ///
    /// As [`Self::list`].
    pub fn list_after(&mut self, shop: &mut dyn Bulk, last: i64) -> Result<()> {
        let mut after = ProductId::try_from(last).ok();
        while !self.plans.is_empty() {
            let products = shop.products_after(after)?;
            let Some(last) = products.last() else { break };
            after = Some(last.id);
            self.list(shop, &products)?;
        }
        Ok(())
    }

    fn said(&self, product: &Product) -> Result<(ProductId, Said), InvalidInput> {
        let mut said = Said::default();
        for plan in self.plans {
            let seed =
                product.id.get().unsigned_abs().wrapping_mul(31).wrapping_add(plan.rate.unsigned_abs());
            if Rng::with_seed(seed).u8(0..10) == 0 {
                continue;
            }
            said.listings.push((plan.code.parse()?, plan.listing(product)?));
        }
        if product.id.get() <= NAMED {
            let own = product.details.name.as_str().to_lowercase();
            if let Some((_, words)) = THINGS.iter().find(|(thing, _)| own.contains(thing)) {
                said.texts =
                    self.plans.iter().map(|plan| plan.text(product.id, words)).collect::<Result<_, _>>()?;
            }
        }
        Ok((product.id, said))
    }

    /// Says what was added, if anything was to be.
    ///
    /// # Errors
    ///
    /// When stdout cannot be written.
    pub fn report(&self) -> Result<()> {
        if !self.plans.is_empty() {
            let Self { founded, listings, texts, plans: _ } = self;
            writeln!(stdout().lock(), "added {founded} marketplaces, {listings} listings and {texts} texts")?;
        }
        Ok(())
    }

    /// Where orders of these products can be placed: in the default marketplace, and in each of these in which
    /// some of the products are sold.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn open(&self, shop: &mut dyn Bulk, products: &[Product]) -> Result<Vec<Open>> {
        let own = |product: &Product| Some(Showing::of(product));
        if self.plans.is_empty() {
            let showings = products.iter().map(own).collect();
            return Ok(vec![Open::of(ChosenMarket::first(), products, showings)]);
        }
        let directory = shop.directory()?.context("there is no marketplace")?;
        let ids: Vec<_> = products.iter().map(|product| product.id).collect();
        let mut all = Vec::with_capacity(self.plans.len() + 1);
        for code in std::iter::once(Ok(MarketplaceCode::DEFAULT))
            .chain(self.plans.iter().map(|plan| plan.code.parse()))
        {
            let Some(market) = chosen(&directory, code?) else { continue };
            let mut showings = Vec::with_capacity(ids.len());
            for some in ids.chunks(AT_ONCE) {
                showings.extend(shop.showings(some, market.code())?);
            }
            all.push(Open::of(market, products, showings));
        }
        all.retain(|open| !open.sold.is_empty());
        Ok(all)
    }
}

/// The marketplace of this code as somebody from one of its countries is led to it, or else as its name is sent;
/// `None` if nothing is sold there.
fn chosen(directory: &Directory, code: MarketplaceCode) -> Option<ChosenMarket> {
    let details = &directory.get(code)?.marketplace.details;
    let country = details.countries.iter().next().copied();
    let header = (country.is_none() && !code.is_default()).then(|| code.as_str());
    let asked = AskedMarket { country, header, ..AskedMarket::default() };
    choose(&asked, Languages::default(), directory).ok().filter(|market| market.code() == code)
}

/// A marketplace in which orders can be placed.
pub struct Open {
    /// The marketplace.
    pub market: ChosenMarket,
    /// What is sold there.
    pub sold: Vec<(ProductId, OnSale)>,
}

impl Open {
    fn of(market: ChosenMarket, products: &[Product], showings: Vec<Option<Showing>>) -> Self {
        let sold = |(product, showing): (&Product, Option<Showing>)| {
            Some((product.id, showing?.at(product.terms(), &market).ok()?))
        };
        Self { sold: products.iter().zip(showings).filter_map(sold).collect(), market }
    }
}

impl Plan {
    /// The marketplace, with those of its countries that lead nowhere yet.
    fn marketplace(&self, directory: Option<&Directory>) -> Result<NewMarketplace, InvalidInput> {
        let countries = self.countries.iter().map(|code| code.parse()).collect::<Result<Vec<_>, _>>()?;
        let is_free = |country| directory.is_none_or(|directory| directory.of_country(country).is_none());
        let details = MarketplaceDetails {
            name: MarketplaceName::parse(self.name)?,
            currency: self.currency.parse()?,
            default_locale: self.locale.parse()?,
            time_zone: self.time_zone.parse()?,
            price_includes_tax: self.currency != "USD",
            countries: countries.into_iter().filter(|country| is_free(*country)).collect(),
            host: None,
            active: true,
        };
        Ok(NewMarketplace { code: self.code.parse()?, details })
    }

    fn listing(&self, product: &Product) -> Result<ListingDetails, InvalidInput> {
        let id = product.id.get();
        let price =
            (product.details.price.minor_units() / 100).saturating_mul(self.rate).max(1).try_into()?;
        let model = Model::parse(&format!("{}-{id}", self.code.to_uppercase()))?;
        Ok(ListingDetails { price, model: (id % 3 > 0).then_some(model), active: true })
    }

    /// Its own text where it shares the language with another, and else that for all.
    fn text(&self, product: ProductId, words: &[&str; 6]) -> Result<(TextPlace, TextDetails), InvalidInput> {
        let word = words.get(self.words).copied().unwrap_or_default();
        let own = if self.locale == "de-CH" { Some(self.code.parse()?) } else { None };
        let name = ProductName::parse(&format!("{word} {product}"))?;
        let description = Description::parse(&format!("{word} ({})", self.name))?;
        Ok(((own, self.locale.parse()?), TextDetails { name, description: Some(description) }))
    }
}
