//! What products look like in marketplaces.

use crate::{
    catalogue::{
        product::Product,
        query::{Offer, ProductQuery},
    },
    code::MarketplaceCode,
    failure::PortError,
    id::ProductId,
    market::{
        choice::ChosenMarket,
        product_text::{Description, TextKey},
        shown::{NotOnSale, OnSale, Showing},
    },
    service::{KeepingError, KeepingService, Sells, Storage},
    version::Version,
};

/// A product as a marketplace shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductView {
    /// The product, and what there is of it.
    pub offer: Offer,
    /// On what terms it is sold there, and under which name.
    pub on_sale: OnSale,
    /// The version of its listing there; `None` in the default marketplace.
    pub listing: Option<Version>,
    /// The version of the text that its name is from; `None` of its own name.
    pub text: Option<Version>,
    /// What else is said of it; only of one product, not of those of a list.
    pub description: Option<Description>,
}

/// What can be shown of each of these products in a marketplace; of a fixed catalogue, the products' own names.
pub(in crate::service) async fn showings(
    storage: &Storage,
    sells: &Sells,
    products: &[&Product],
    market: MarketplaceCode,
) -> Result<Vec<Option<Showing>>, PortError> {
    match sells {
        Sells::Fixed(..) => Ok(products.iter().map(|product| Some(Showing::of(product))).collect()),
        Sells::Stored => {
            let ids: Vec<_> = products.iter().map(|product| product.id).collect();
            storage.markets.showings(&ids, market).await
        }
    }
}

impl KeepingService {
    /// A product as a marketplace shows it.
    ///
    /// # Errors
    ///
    /// [`KeepingError::UnknownProduct`], [`KeepingError::NotSoldHere`], [`KeepingError::Unavailable`].
    pub async fn view(&self, id: ProductId, market: &ChosenMarket) -> Result<ProductView, KeepingError> {
        let offer = self.product(id).await?;
        let view = self.views(vec![offer], market).await?.pop();
        let mut view = view.ok_or_else(|| KeepingError::NotSoldHere(id.not_sold_in(market.code())))?;
        if view.text.is_some() {
            let from = view.on_sale.shown.name_from.clone();
            let of = TextKey { product: id, marketplace: from.marketplace, locale: from.locale };
            let text = self.storage.markets.text(of).await?;
            view.description = text.and_then(|text| text.details.description);
        }
        Ok(view)
    }

    /// Some of the products that a marketplace shows, ascending by id, and whether others follow.
    ///
    /// # Errors
    ///
    /// [`KeepingError::Unavailable`].
    pub async fn shown(
        &self,
        query: ProductQuery,
        market: &ChosenMarket,
    ) -> Result<(Vec<ProductView>, bool), KeepingError> {
        let page = self.products(ProductQuery { market: market.code(), ..query }).await?;
        Ok((self.views(page.offers, market).await?, page.more))
    }

    /// These products as a marketplace shows them, as far as it does.
    async fn views(
        &self,
        offers: Vec<Offer>,
        market: &ChosenMarket,
    ) -> Result<Vec<ProductView>, KeepingError> {
        let products: Vec<_> = offers.iter().map(|offer| &offer.product).collect();
        let showings = showings(&self.storage, &self.sells, &products, market.code()).await?;
        let view = |(offer, showing): (Offer, Option<Showing>)| {
            let showing = showing?;
            let on_sale = match showing.at(offer.product.terms(), market) {
                Ok(on_sale) => on_sale,
                Err(NotOnSale::Unknown | NotOnSale::NotHere(_)) => return None,
            };
            let listing = showing.listing(market.code()).map(|listing| listing.version);
            let text = showing.text(market).map(|text| text.version);
            Some(ProductView { offer, on_sale, listing, text, description: None })
        };
        Ok(offers.into_iter().zip(showings).filter_map(view).collect())
    }
}
