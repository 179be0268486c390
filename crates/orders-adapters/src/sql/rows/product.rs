//! Products.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{
    InvalidInput, Money, Product,
    catalogue::{
        product::{ProductDetails, ProductName, Sku, Terms},
        size::{Grams, Millimetres, Size},
    },
};

use super::millis;
use crate::sql::schema::products;

/// What is read of a product.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = products)]
pub struct ProductRow {
    pub id: i64,
    pub sku: Option<String>,
    pub name: String,
    pub price: i64,
    pub currency: String,
    pub weight_g: Option<i64>,
    pub length_mm: Option<i64>,
    pub width_mm: Option<i64>,
    pub height_mm: Option<i64>,
    pub stock_policy: String,
    pub active: bool,
    pub version: i64,
}

impl TryFrom<ProductRow> for Product {
    type Error = InvalidInput;

    fn try_from(row: ProductRow) -> Result<Self, InvalidInput> {
        let length_of = |side: i64| Millimetres::try_from(side);
        let size = match (row.length_mm, row.width_mm, row.height_mm) {
            (Some(length), Some(width), Some(height)) => Some(Size {
                length: length_of(length)?,
                width: length_of(width)?,
                height: length_of(height)?,
            }),
            _ => None,
        };
        let details = ProductDetails {
            sku: row.sku.as_deref().map(Sku::parse).transpose()?,
            name: ProductName::parse(&row.name)?,
            price: row.price.try_into()?,
            currency: row.currency.parse()?,
            weight: row.weight_g.map(Grams::try_from).transpose()?,
            size,
            policy: row.stock_policy.parse()?,
            active: row.active,
        };
        Ok(Self { id: row.id.try_into()?, details, version: row.version.try_into()? })
    }
}

/// What placing an order reads of a product: price, currency, policy, whether it is active.
pub type TermsRow = (i64, String, String, bool);

/// On what terms a product is sold, by its row.
pub fn terms((price, currency, policy, active): TermsRow) -> Result<Terms, InvalidInput> {
    Ok(Terms { price: Money::try_from(price)?, currency: currency.parse()?, policy: policy.parse()?, active })
}

/// What is written of a product. `None` is written as NULL, so that the statement is always the same.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = products, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct DetailsRow<'a> {
    pub sku: Option<&'a str>,
    pub name: &'a str,
    pub price: i64,
    pub currency: &'a str,
    pub weight_g: Option<i64>,
    pub length_mm: Option<i64>,
    pub width_mm: Option<i64>,
    pub height_mm: Option<i64>,
    pub stock_policy: &'a str,
    pub active: bool,
    pub version: i64,
    pub updated_at: i64,
}

impl<'a> DetailsRow<'a> {
    /// The row of a product that is so since this moment.
    pub fn of(product: &'a Product, at: DateTime<Utc>) -> Self {
        let details = &product.details;
        Self {
            sku: details.sku.as_ref().map(Sku::as_str),
            name: details.name.as_str(),
            price: details.price.minor_units(),
            currency: details.currency.code(),
            weight_g: details.weight.map(Grams::get),
            length_mm: details.size.map(|size| size.length.get()),
            width_mm: details.size.map(|size| size.width.get()),
            height_mm: details.size.map(|size| size.height.get()),
            stock_policy: details.policy.as_str(),
            active: details.active,
            version: product.version.get(),
            updated_at: millis(at),
        }
    }
}
