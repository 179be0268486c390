//! A product as JSON.

use orders_domain::{
    ChosenMarket,
    catalogue::{
        product::Sku,
        size::{Grams, Size},
    },
    market::{listing::Model, product_text::Description, shown::OnSale},
    ports::Offer,
    service::ProductView,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::markets::body::{ChosenByWord, NameFromBody};

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Product)]
pub struct ProductBody<'a> {
    /// Its number.
    #[schema(minimum = 1, example = 9)]
    id: i64,
    /// Its name.
    #[schema(example = "Bamboo cutting board")]
    name: &'a str,
    /// The present price of one piece in the currency's minor unit.
    #[schema(minimum = 0, example = 1999)]
    price: i64,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: &'a str,
    /// The shop's own word for it.
    #[schema(required = true, example = "BOARD-1")]
    sku: Option<&'a str>,
    /// The weight of one piece.
    #[schema(required = true, minimum = 1)]
    weight_grams: Option<i64>,
    /// The size of one piece.
    #[schema(required = true)]
    size: Option<SizeBody>,
    /// Whether it is counted, and what happens when there is none.
    #[schema(value_type = Policy, example = "untracked")]
    stock_policy: &'static str,
    /// Whether it can be ordered.
    active: bool,
    /// How many pieces an order could take now; null where nobody counts.
    #[schema(required = true, minimum = 0)]
    available: Option<i64>,
    /// What else is said of it. Where one product is shown, and not in lists.
    #[serde(skip_serializing_if = "Said::is_left_out")]
    #[schema(required = false, value_type = Option<String>)]
    description: Said<'a>,
    /// Under which model the marketplace sells it.
    #[schema(required = true)]
    model: Option<&'a str>,
    /// The marketplace that shows it so.
    #[schema(example = "default")]
    marketplace: &'a str,
    /// What has chosen the marketplace.
    #[schema(value_type = ChosenByWord, example = "default")]
    marketplace_chosen_by: &'static str,
    /// Whose price it is: the marketplace's.
    #[schema(example = "default")]
    price_from: &'a str,
    /// From where its name is.
    name_from: NameFromBody<'a>,
}

/// What else is said of a product, where it is shown.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Said<'a> {
    LeftOut,
    Shown(Option<&'a str>),
}

impl Said<'_> {
    fn is_left_out(&self) -> bool {
        matches!(self, Self::LeftOut)
    }
}

/// Whether a product is counted, and what happens when there is none.
#[derive(Debug, ToSchema)]
#[schema(as = StockPolicy, rename_all = "lowercase")]
#[expect(dead_code, reason = "the schema of a word")]
pub enum Policy {
    /// Nobody counts: any number can be ordered.
    Untracked,
    /// What is not there cannot be ordered.
    Deny,
    /// Up to the limit of each place more can be ordered than is there.
    Backorder,
}

/// The three sides of one piece.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Size)]
#[expect(clippy::struct_field_names, reason = "the unit is a part of each name on the wire")]
pub struct SizeBody {
    /// Its length in millimetres.
    #[schema(minimum = 1, maximum = 1_000_000, example = 300)]
    length_mm: i64,
    /// Its width in millimetres.
    #[schema(minimum = 1, maximum = 1_000_000, example = 200)]
    width_mm: i64,
    /// Its height in millimetres.
    #[schema(minimum = 1, maximum = 1_000_000, example = 18)]
    height_mm: i64,
}

impl From<Size> for SizeBody {
    fn from(size: Size) -> Self {
        Self { length_mm: size.length.get(), width_mm: size.width.get(), height_mm: size.height.get() }
    }
}

impl<'a> ProductBody<'a> {
    /// A product as lists have it.
    pub fn listed(view: &'a ProductView, market: &'a ChosenMarket) -> Self {
        let Offer { product, available } = &view.offer;
        let (details, OnSale { terms, shown }) = (&product.details, &view.on_sale);
        Self {
            id: product.id.get(),
            name: shown.name.as_str(),
            price: terms.price.minor_units(),
            currency: terms.currency.code(),
            sku: details.sku.as_ref().map(Sku::as_str),
            weight_grams: details.weight.map(Grams::get),
            size: details.size.map(SizeBody::from),
            stock_policy: details.policy.as_str(),
            active: details.active,
            available: *available,
            description: Said::LeftOut,
            model: shown.model.as_ref().map(Model::as_str),
            marketplace: market.marketplace.code.as_str(),
            marketplace_chosen_by: market.by.as_str(),
            price_from: market.marketplace.code.as_str(),
            name_from: NameFromBody::from(&shown.name_from),
        }
    }

    /// The same, alone.
    pub fn alone(view: &'a ProductView, market: &'a ChosenMarket) -> Self {
        let description = Said::Shown(view.description.as_ref().map(Description::as_str));
        Self { description, ..Self::listed(view, market) }
    }
}
