//! Products as they are sent: a new one, or what is to change.

use orders_domain::{
    Currency, Money, Patch, ProductId,
    catalogue::{
        product::{NewProduct, ProductDetails, ProductName, Sku, StockPolicy},
        size::{Grams, Millimetres, Size},
    },
};
use utoipa::ToSchema;

use super::body::SizeBody;
use crate::http::{
    error::ApiError,
    faults::Faults,
    json::Json,
    members::{Member, flag, integer, members, nullable, object, some_members, text},
};

/// A product to take into the catalogue.
#[derive(Debug, ToSchema)]
#[schema(as = CreateProduct, rename_all = "camelCase",
    example = json!({"sku": "MUG-RED", "name": "Red mug", "price": 1250, "weightGrams": 350,
        "size": {"lengthMm": 120, "widthMm": 90, "heightMm": 100}, "stockPolicy": "deny"}))]
#[expect(dead_code, reason = "the schema of what `new` reads")]
pub struct CreateProductBody {
    /// The number that it is to have; the next one unless it is said.
    #[schema(minimum = 1, required = false, nullable = false)]
    id: Option<i64>,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The price of one piece in the currency's minor unit.
    #[schema(minimum = 0)]
    price: i64,
    /// The shop's own currency; no other can be.
    #[schema(required = false, nullable = false)]
    currency: Option<String>,
    /// The shop's own word for it, another for each product.
    #[schema(required = false, min_length = 1, max_length = 64)]
    sku: Option<String>,
    /// The weight of one piece.
    #[schema(required = false, minimum = 1, maximum = 1_000_000_000)]
    weight_grams: Option<i64>,
    /// The size of one piece.
    #[schema(required = false)]
    size: Option<SizeBody>,
    /// `deny` unless it is said.
    #[schema(required = false, nullable = false, value_type = super::body::Policy)]
    stock_policy: Option<String>,
    /// `true` unless it is said.
    #[schema(required = false, nullable = false)]
    active: Option<bool>,
}

/// What is to change of a product.
#[derive(Debug, ToSchema)]
#[schema(as = ChangeProduct, rename_all = "camelCase", example = json!({"price": 1100}))]
#[expect(dead_code, reason = "the schema of what `patch` reads")]
pub struct ChangeProductBody {
    /// Its name.
    #[schema(required = false, nullable = false, min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The price of one piece in the currency's minor unit.
    #[schema(required = false, nullable = false, minimum = 0)]
    price: Option<i64>,
    /// The shop's own currency; no other can be.
    #[schema(required = false, nullable = false)]
    currency: Option<String>,
    /// The shop's own word for it, another for each product.
    #[schema(required = false, min_length = 1, max_length = 64)]
    sku: Option<String>,
    /// The weight of one piece.
    #[schema(required = false, minimum = 1, maximum = 1_000_000_000)]
    weight_grams: Option<i64>,
    /// The size of one piece.
    #[schema(required = false)]
    size: Option<SizeBody>,
    /// Whether it is counted. Reservations stay as they are.
    #[schema(required = false, nullable = false, value_type = super::body::Policy)]
    stock_policy: Option<String>,
    /// Whether it can be ordered.
    #[schema(required = false, nullable = false)]
    active: Option<bool>,
}

/// What is sent of a product's details; what is not sent stays.
#[derive(Debug, Clone)]
pub struct ProductChange {
    name: Option<ProductName>,
    price: Option<Money>,
    sku: Patch<Sku>,
    weight: Patch<Grams>,
    size: Patch<Size>,
    policy: Option<StockPolicy>,
    active: Option<bool>,
}

impl ProductChange {
    /// The details with what is sent.
    pub fn of(self, details: ProductDetails) -> ProductDetails {
        ProductDetails {
            name: self.name.unwrap_or(details.name),
            price: self.price.unwrap_or(details.price),
            sku: self.sku.or(details.sku),
            weight: self.weight.or(details.weight),
            size: self.size.or(details.size),
            policy: self.policy.unwrap_or(details.policy),
            active: self.active.unwrap_or(details.active),
            ..details
        }
    }
}

/// The members that both have beside name and price.
const OTHERS: [&str; 6] = ["currency", "sku", "weightGrams", "size", "stockPolicy", "active"];

type At = &'static str;

fn others(
    [currency, sku, weight, size, policy, active]: [Member<'_, At>; 6],
    (name, price): (Member<'_, At>, Member<'_, At>),
    own: Currency,
    faults: &mut Faults,
) -> ProductChange {
    let is_own = |code: &str| match code.parse::<Currency>() {
        Ok(sent) if sent != own => {
            let reason = format!("{sent} is not the shop's own, which is {own}");
            Err(orders_domain::InvalidInput::new("currency", reason))
        }
        parsed => parsed,
    };
    let name = text(name, ProductName::parse, faults);
    let price = integer(price, faults);
    text(currency, is_own, faults);
    ProductChange {
        name,
        price,
        sku: nullable(sku, |sku| text(sku, Sku::parse, faults)),
        weight: nullable(weight, |weight| integer(weight, faults)),
        size: nullable(size, |size| object(size).and_then(|size| self::size(size, faults))),
        policy: text(policy, str::parse, faults),
        active: flag(active, faults),
    }
}

fn size(body: Json<'_>, faults: &mut Faults) -> Option<Size> {
    let [length, width, height] = members(body, "/size", ["lengthMm", "widthMm", "heightMm"], faults)?;
    let length: Option<Millimetres> = integer(length, faults);
    let width = integer(width, faults);
    let height = integer(height, faults);
    Some(Size { length: length?, width: width?, height: height? })
}

/// The product to take in.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn new((body, mut faults): (Json<'_>, Faults), own: Currency) -> Result<NewProduct, ApiError> {
    let names = ["id", OTHERS[0], OTHERS[1], OTHERS[2], OTHERS[3], OTHERS[4], OTHERS[5]];
    let sent = some_members(body, "", ["name", "price"], names, &mut faults);
    let parts = sent.map(|([name, price], [id, currency, sku, weight, size, policy, active])| {
        let id: Option<ProductId> = integer(id, &mut faults);
        (id, others([currency, sku, weight, size, policy, active], (name, price), own, &mut faults))
    });
    faults.into_result()?;
    let Some((id, ProductChange { name: Some(name), price: Some(price), sku, weight, size, policy, active })) =
        parts
    else {
        return Err(ApiError::Internal(None));
    };
    let details = ProductDetails {
        sku: sku.or(None),
        name,
        price,
        currency: own,
        weight: weight.or(None),
        size: size.or(None),
        policy: policy.unwrap_or(StockPolicy::Deny),
        active: active.unwrap_or(true),
    };
    Ok(NewProduct { id, details })
}

/// What is to change.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn patch((body, mut faults): (Json<'_>, Faults), own: Currency) -> Result<ProductChange, ApiError> {
    let names = ["name", "price", OTHERS[0], OTHERS[1], OTHERS[2], OTHERS[3], OTHERS[4], OTHERS[5]];
    let sent = some_members(body, "", [], names, &mut faults);
    let patch = sent.map(|([], [name, price, currency, sku, weight, size, policy, active])| {
        others([currency, sku, weight, size, policy, active], (name, price), own, &mut faults)
    });
    faults.into_result()?;
    patch.ok_or(ApiError::Internal(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(body: &str) -> (Json<'_>, Faults) {
        Json::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn a_new_product_is_counted_unless_told() {
        let product = new(sent(r#"{"name": " Mug ", "price": 5, "sku": null}"#), Currency::USD).unwrap();
        let details = product.details;
        assert_eq!((details.name.as_str(), details.price.minor_units()), ("Mug", 5));
        assert_eq!((details.policy, details.active, details.sku), (StockPolicy::Deny, true, None));
    }

    #[test]
    fn every_fault_of_a_product_is_named() {
        let body = r#"{"name": "", "price": -1, "id": 0, "sku": 1, "currency": "EUR", "weightGrams": 0,
            "size": {"lengthMm": 1, "widthMm": 0, "depth": 1}, "stockPolicy": "maybe", "active": "yes", "x": 1}"#;
        let error = new(sent(body), Currency::USD).unwrap_err();
        let ApiError::Malformed { faults, .. } = error else { panic!("{error:?}") };
        let mut pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        pointers.sort_unstable();
        let expected = [
            "/active",
            "/currency",
            "/id",
            "/name",
            "/price",
            "/size/depth",
            "/size/heightMm",
            "/size/widthMm",
            "/sku",
            "/stockPolicy",
            "/weightGrams",
            "/x",
        ];
        assert_eq!(pointers, expected);
    }

    #[test]
    fn null_takes_away_and_absence_leaves() {
        let body = r#"{"name": "Mug", "price": 5, "sku": "a", "weightGrams": 7}"#;
        let before = new(sent(body), Currency::USD).unwrap().details;
        let after = patch(sent(r#"{"sku": null, "price": 6}"#), Currency::USD).unwrap().of(before.clone());
        assert_eq!((after.sku, after.weight), (None, before.weight));
        assert_eq!(after.price.minor_units(), 6);
        let error = patch(sent(r#"{"id": 7, "name": null}"#), Currency::USD).unwrap_err();
        assert!(matches!(error, ApiError::Malformed { faults, .. } if faults.len() == 2));
    }
}
