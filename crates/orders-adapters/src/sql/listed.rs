//! What marketplaces say of products, many at a time, against the seam's connection (`super::Conn`). How rows are
//! stored is the seam's (`super::listing`).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, SubsecRound, Utc};
use diesel::{dsl::count_star, prelude::*};
use orders_domain::{
    Directory, Listing, Locale, MarketplaceCode, ProductId, ProductText,
    catalogue::import::{Known, Said, TextPlace},
    market::{listing::SetListing, marketplace::NewMarketplace, product_text::SetText, shown::Showing},
    ports::{Change, PortError},
};

use super::{
    super::{
        bulk::{BulkMarkets, ImportError},
        failure,
        rows::{
            corrupt,
            market::{ListingRow, TextRow, market_of_text, text_market},
        },
        schema::{listings, product_texts},
    },
    Bulk, Conn, filling, keeping, listing, marketing, markets,
    telling::{Entry, Filling},
};

impl BulkMarkets for Bulk {
    fn directory(&mut self) -> Result<Option<Directory>, PortError> {
        markets::directory(self.conn()).optional().map_err(failure)
    }

    fn text_places(&mut self) -> Result<Vec<TextPlace>, PortError> {
        let rows: Vec<(String, String)> = product_texts::table
            .select((product_texts::marketplace, product_texts::locale))
            .distinct()
            .load(self.conn())
            .map_err(failure)?;
        let place = |(marketplace, locale): (String, String)| {
            Ok((market_of_text(&marketplace)?, Locale::restore(&locale)?))
        };
        let places: BTreeSet<_> =
            rows.into_iter().map(place).collect::<Result<_, _>>().map_err(PortError::corrupt)?;
        Ok(places.into_iter().collect())
    }

    fn known(
        &mut self,
        products: &[ProductId],
        marketplaces: &[MarketplaceCode],
        places: &[TextPlace],
    ) -> Result<HashMap<ProductId, Known>, PortError> {
        let (codes, places) = (marketplaces.iter().copied().collect(), places.iter().collect());
        known(self.conn(), products, &codes, &places).map_err(failure)
    }

    fn showings(
        &mut self,
        products: &[ProductId],
        marketplace: MarketplaceCode,
    ) -> Result<Vec<Option<Showing>>, PortError> {
        let ids: Vec<_> = products.iter().map(|id| id.get()).collect();
        let mut found = markets::showings(self.conn(), &ids, marketplace).map_err(failure)?;
        Ok(markets::in_order(products, &mut found))
    }

    fn add_marketplaces(&mut self, new: Vec<NewMarketplace>, at: DateTime<Utc>) -> Result<(), ImportError> {
        let at = at.trunc_subsecs(3);
        filling::transaction(self.conn(), |conn| {
            let mut told = Vec::with_capacity(new.len());
            for new in new {
                let code = new.code;
                let Ok(marketplace) = keeping::store(conn, &Change::NewMarketplace(new), at)? else {
                    let reason = format!(
                        "there is a marketplace {code} or one of its countries, or there can be no more"
                    );
                    return Err(ImportError::Database(PortError::Unavailable(reason.into())));
                };
                told.push(Entry::of(marketplace));
            }
            let mut filling = Filling::begin(conn)?;
            filling.tell(conn, told, at)?;
            Ok(filling.finish(conn, true)?)
        })
    }

    fn add_said(
        &mut self,
        said: Vec<(ProductId, Said)>,
        at: DateTime<Utc>,
    ) -> Result<(u64, u64), ImportError> {
        let at = at.trunc_subsecs(3);
        filling::transaction(self.conn(), |conn| {
            let products: Vec<_> = said.iter().map(|(product, _)| *product).collect();
            let (codes, places) = wanted(said.iter().map(|(_, said)| said));
            let mut known = known(conn, &products, &codes, &places)?;
            let (mut sets, mut told) = (Sets::default(), Vec::new());
            for (product, said) in said {
                let known = known.remove(&product).unwrap_or_default();
                sets.add(product, &said.unknown(&known), &known, &mut told);
            }
            let counts = (sets.listings.len() as u64, sets.texts.len() as u64);
            let mut filling = Filling::begin(conn)?;
            sets.store(conn)?;
            filling.tell(conn, told, at)?;
            filling.finish(conn, true)?;
            Ok(counts)
        })
    }
}

/// Marketplaces and places of texts of which something is said.
pub type Wanted<'a> = (BTreeSet<MarketplaceCode>, BTreeSet<&'a TextPlace>);

/// Of which something is said here.
pub fn wanted<'a>(said: impl Iterator<Item = &'a Said>) -> Wanted<'a> {
    let mut wanted = Wanted::default();
    for said in said {
        wanted.0.extend(said.listings.iter().map(|(code, _)| *code));
        wanted.1.extend(said.texts.iter().map(|(place, _)| place));
    }
    wanted
}

/// What is known of these products in these marketplaces and at these places.
pub fn known(
    conn: &mut Conn,
    products: &[ProductId],
    codes: &BTreeSet<MarketplaceCode>,
    places: &BTreeSet<&TextPlace>,
) -> QueryResult<HashMap<ProductId, Known>> {
    let ids: Vec<_> = products.iter().map(|id| id.get()).collect();
    let mut known: HashMap<ProductId, Known> = HashMap::new();
    if !ids.is_empty() && !codes.is_empty() {
        let rows: Vec<ListingRow> = listings::table
            .filter(listings::product_id.eq_any(&ids))
            .filter(listings::marketplace.eq_any(codes.iter().map(MarketplaceCode::as_str)))
            .select(ListingRow::as_select())
            .load(conn)?;
        for row in rows {
            let listing = Listing::try_from(row).map_err(corrupt)?;
            known.entry(listing.product).or_default().listings.insert(listing.marketplace, listing);
        }
    }
    if !ids.is_empty() && !places.is_empty() {
        let codes: BTreeSet<_> = places.iter().map(|(code, _)| text_market(code.as_ref())).collect();
        let locales: BTreeSet<_> = places.iter().map(|(_, locale)| locale.as_str()).collect();
        let of_products = product_texts::table.filter(product_texts::product_id.eq_any(&ids));
        let rows: Vec<TextRow> = of_products
            .clone()
            .filter(product_texts::marketplace.eq_any(codes))
            .filter(product_texts::locale.eq_any(locales))
            .select(TextRow::as_select())
            .load(conn)?;
        for row in rows {
            let text = ProductText::try_from(row).map_err(corrupt)?;
            let place = (text.of.marketplace, text.of.locale.clone());
            if places.contains(&place) {
                known.entry(text.of.product).or_default().texts.insert(place, text);
            }
        }
        let counts: Vec<(i64, i64)> = of_products
            .group_by(product_texts::product_id)
            .select((product_texts::product_id, count_star()))
            .load(conn)?;
        for (product, count) in counts {
            let product = ProductId::try_from(product).map_err(corrupt)?;
            known.entry(product).or_default().text_count = usize::try_from(count).unwrap_or(usize::MAX);
        }
    }
    Ok(known)
}

/// Listings and texts that are to be stored.
#[derive(Default)]
pub struct Sets {
    listings: Vec<SetListing>,
    texts: Vec<SetText>,
}

impl Sets {
    /// Those of a product that are not so already, and what is to be told of them.
    pub fn add(&mut self, product: ProductId, said: &Said, known: &Known, told: &mut Vec<Entry>) {
        let (listings, texts) = (said.listings(product, known), said.texts(product, known));
        told.extend(listings.iter().map(|set| Entry::of(marketing::listed(set))));
        told.extend(texts.iter().map(|set| Entry::of(marketing::named(set))));
        self.listings.extend(listings);
        self.texts.extend(texts);
    }

    /// Stores them. Their products are there.
    pub fn store(&self, conn: &mut Conn) -> Result<(), ImportError> {
        let all = listing::set_listings(conn, &self.listings)? && listing::set_texts(conn, &self.texts)?;
        if all { Ok(()) } else { Err(ImportError::Overtaken) }
    }
}
