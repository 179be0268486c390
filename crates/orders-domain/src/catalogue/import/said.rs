//! What a line of the file says of marketplaces.

use std::collections::HashMap;

use crate::{
    code::MarketplaceCode,
    id::ProductId,
    invalid::InvalidInput,
    market::{
        listing::{Listing, ListingDetails, SetListing},
        locale::Locale,
        product_text::{ProductText, SetText, TextDetails, TextKey},
    },
};

/// In which marketplace, or in all, and in which language a text is.
pub type TextPlace = (Option<MarketplaceCode>, Locale);

/// What a line says of its product in marketplaces. Of what it says nothing stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// On what terms it is sold where.
    pub listings: Vec<(MarketplaceCode, ListingDetails)>,
    /// What it is called where.
    pub texts: Vec<(TextPlace, TextDetails)>,
}

/// What marketplaces say of a product so far, as far as lines are about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// On what terms it is sold where.
    pub listings: HashMap<MarketplaceCode, Listing>,
    /// What it is called where.
    pub texts: HashMap<TextPlace, ProductText>,
    /// How many texts it has in all, those among them too.
    pub text_count: usize,
}

/// How many listings or texts an import has touched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// New ones.
    pub added: u64,
    /// Those that are otherwise since.
    pub changed: u64,
    /// Those that were so already.
    pub unchanged: u64,
}

impl Tally {
    /// Counts one that was known with these details, or not at all, and is to have those.
    fn count<D: PartialEq>(&mut self, known: Option<&D>, wanted: &D) {
        let of = match known {
            None => &mut self.added,
            Some(known) if known == wanted => &mut self.unchanged,
            Some(_) => &mut self.changed,
        };
        *of += 1;
    }

    /// Whether nothing is to be stored.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        (self.added, self.changed) == (0, 0)
    }
}

impl Said {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listings.is_empty() && self.texts.is_empty()
    }

    /// The first text that a product may not have any more, if there is one.
    pub(super) fn fault(&self, known: &Known) -> Option<InvalidInput> {
        let left = ProductText::MOST.saturating_sub(known.text_count);
        let mut new = self.texts.iter().filter(|(at, _)| !known.texts.contains_key(at));
        let ((marketplace, locale), _) = new.nth(left)?;
        let of = marketplace.as_ref().map_or("-", MarketplaceCode::as_str);
        let reason =
            format!("has name:{of}:{locale}, and its product has {} texts already", ProductText::MOST);
        Some(InvalidInput::new("it", reason))
    }

    /// Counts what becomes of listings and of texts.
    pub(super) fn count(&self, known: &Known, listings: &mut Tally, texts: &mut Tally) {
        for (code, wanted) in &self.listings {
            listings.count(known.listings.get(code).map(|known| &known.details), wanted);
        }
        for (at, wanted) in &self.texts {
            texts.count(known.texts.get(at).map(|known| &known.details), wanted);
        }
    }

    /// What there is to be stored of a product's listings: nothing of what is so already.
    #[must_use]
    pub fn listings(&self, product: ProductId, known: &Known) -> Vec<SetListing> {
        let set = |(code, wanted): &(MarketplaceCode, ListingDetails)| {
            Listing::set((product, *code), known.listings.get(code).cloned(), wanted.clone()).ok()
        };
        self.listings.iter().filter_map(set).collect()
    }

    /// What there is to be stored of its texts.
    #[must_use]
    pub fn texts(&self, product: ProductId, known: &Known) -> Vec<SetText> {
        let set = |(at, wanted): &(TextPlace, TextDetails)| {
            let (marketplace, locale) = at.clone();
            let of = TextKey { product, marketplace, locale };
            ProductText::set(of, known.texts.get(at).cloned(), wanted.clone()).ok()
        };
        self.texts.iter().filter_map(set).collect()
    }

    /// Only what is not known, and no more texts than a product may have.
    #[must_use]
    pub fn unknown(mut self, known: &Known) -> Self {
        self.listings.retain(|(code, _)| !known.listings.contains_key(code));
        self.texts.retain(|(at, _)| !known.texts.contains_key(at));
        self.texts.truncate(ProductText::MOST.saturating_sub(known.text_count));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::product::ProductName;

    fn listed(price: i64) -> ListingDetails {
        ListingDetails { price: price.try_into().unwrap(), model: None, active: true }
    }

    fn called(name: &str) -> TextDetails {
        TextDetails { name: ProductName::parse(name).unwrap(), description: None }
    }

    fn english() -> TextPlace {
        (None, Locale::english())
    }

    /// A product with a listing in `de`, an English text, and so many texts in all.
    fn known(text_count: usize) -> Known {
        let (product, de) = (9.try_into().unwrap(), "de".parse().unwrap());
        let listing = Listing::set((product, de), None, listed(100)).unwrap().listing().clone();
        let of = TextKey { product, marketplace: None, locale: Locale::english() };
        let text = ProductText::set(of, None, called("Lamp")).unwrap().text().clone();
        let (listings, texts) = ([(de, listing)].into(), [(english(), text)].into());
        Known { listings, texts, text_count }
    }

    fn said(prices: [i64; 2], names: [&str; 2]) -> Said {
        let codes = ["de", "fr"].map(|code| code.parse().unwrap());
        let places = [english(), (Some(codes[0]), "de-AT".parse().unwrap())];
        Said {
            listings: codes.into_iter().zip(prices.map(listed)).collect(),
            texts: places.into_iter().zip(names.map(called)).collect(),
        }
    }

    #[test]
    fn what_is_counted_is_what_is_stored() {
        for (prices, names) in [([100, 5], ["Lamp", "Lampe"]), ([120, 5], ["Desk lamp", "Lampe"])] {
            let (said, known) = (said(prices, names), known(1));
            let (mut listings, mut texts) = (Tally::default(), Tally::default());
            said.count(&known, &mut listings, &mut texts);
            let product = 9.try_into().unwrap();
            let seen: Vec<_> = said.listings(product, &known).iter().map(SetListing::seen).collect();
            let new = |seen: &[Option<_>]| seen.iter().filter(|seen| seen.is_none()).count() as u64;
            assert_eq!((listings.added, listings.added + listings.changed), (new(&seen), seen.len() as u64));
            let seen: Vec<_> = said.texts(product, &known).iter().map(SetText::seen).collect();
            assert_eq!((texts.added, texts.added + texts.changed), (new(&seen), seen.len() as u64));
            assert_eq!(listings.unchanged + texts.unchanged, if prices[0] == 100 { 2 } else { 0 });
        }
    }

    #[test]
    fn a_product_has_so_many_texts_and_no_more() {
        let said = said([1, 1], ["Lamp", "Lampe"]);
        assert_eq!(said.fault(&known(ProductText::MOST - 1)), None);
        let fault = said.fault(&known(ProductText::MOST)).unwrap().to_string();
        assert_eq!(fault, "it has name:de:de-AT, and its product has 500 texts already");
        assert_eq!(said.clone().unknown(&known(ProductText::MOST)).texts, []);
        let unknown = said.unknown(&known(1));
        assert_eq!((unknown.listings.len(), unknown.texts.len()), (1, 1));
    }
}
