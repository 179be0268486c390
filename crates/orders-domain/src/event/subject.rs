//! To what something happened.

use std::{borrow::Cow, fmt};

use crate::{
    code::{LocationCode, MarketplaceCode},
    id::{OrderId, ProductId, WebhookId},
    invalid::InvalidInput,
    market::{locale::Locale, product_text::TextKey},
    quoted::Quoted,
};

/// To what something happened. Each counts its own versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An order.
    Order(OrderId),
    /// A product.
    Product(ProductId),
    /// What there is of a product at a place.
    Stock(ProductId, LocationCode),
    /// A place.
    Location(LocationCode),
    /// A webhook.
    Webhook(WebhookId),
    /// A marketplace.
    Marketplace(MarketplaceCode),
    /// A product in a marketplace.
    Listing(ProductId, MarketplaceCode),
    /// What a product is called in a language.
    Text(TextKey),
}

/// What stands in the place of a marketplace for all of them.
const ALL_MARKETPLACES: &str = "-";

impl Subject {
    /// The marketplace to which it belongs, if it does to one; where an order belongs it says itself.
    #[must_use]
    pub fn marketplace(&self) -> Option<MarketplaceCode> {
        match self {
            Self::Marketplace(code) | Self::Listing(_, code) => Some(*code),
            Self::Text(of) => of.marketplace,
            Self::Order(_) | Self::Product(_) | Self::Stock(..) | Self::Location(_) | Self::Webhook(_) => {
                None
            }
        }
    }

    /// How storage names it: a kind, with the place's or marketplace's code behind a slash, and a number.
    #[must_use]
    pub fn parts(&self) -> (Cow<'static, str>, i64) {
        match self {
            Self::Order(id) => ("order".into(), id.get()),
            Self::Product(id) => ("product".into(), id.get()),
            Self::Stock(product, code) => (format!("stock/{code}").into(), product.get()),
            Self::Location(code) => (format!("location/{code}").into(), 0),
            Self::Webhook(id) => ("webhook".into(), id.get()),
            Self::Marketplace(code) => (format!("marketplace/{code}").into(), 0),
            Self::Listing(product, code) => (format!("listing/{code}").into(), product.get()),
            Self::Text(of) => {
                (format!("text/{}/{}", shown(of.marketplace.as_ref()), of.locale).into(), of.product.get())
            }
        }
    }

    /// The subject that storage names so.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for what is none.
    pub fn of_parts(kind: &str, number: i64) -> Result<Self, InvalidInput> {
        match kind.split_once('/') {
            None if kind == "order" => Ok(Self::Order(number.try_into()?)),
            None if kind == "product" => Ok(Self::Product(number.try_into()?)),
            None if kind == "webhook" => Ok(Self::Webhook(number.try_into()?)),
            Some(("stock", code)) => Ok(Self::Stock(number.try_into()?, code.parse()?)),
            Some(("location", code)) if number == 0 => Ok(Self::Location(code.parse()?)),
            Some(("marketplace", code)) if number == 0 => Ok(Self::Marketplace(code.parse()?)),
            Some(("listing", code)) => Ok(Self::Listing(number.try_into()?, code.parse()?)),
            Some(("text", of)) => text_of(number.try_into()?, of).map(Self::Text),
            _ => Err(InvalidInput::new("subject", format!("{} {number} is none", Quoted(kind)))),
        }
    }

    /// The subject of this word on the wire, such as `orders/7` or `stock/9/MAIN`.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for what is none.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let malformed = || {
            let reason = format!(
                "{} is not of the form orders/7, products/9, stock/9/MAIN, locations/MAIN, webhooks/3, marketplaces/de, \
                 listings/9/de or texts/9/de/de-AT",
                Quoted(text)
            );
            InvalidInput::new("subject", reason)
        };
        let (kind, rest) = text.split_once('/').ok_or_else(malformed)?;
        let parsed = match (kind, rest.split_once('/')) {
            ("orders", None) => rest.parse().map(Self::Order),
            ("products", None) => rest.parse().map(Self::Product),
            ("locations", None) => rest.parse().map(Self::Location),
            ("webhooks", None) => rest.parse().map(Self::Webhook),
            ("marketplaces", None) => rest.parse().map(Self::Marketplace),
            ("listings", Some((product, code))) => {
                product.parse().and_then(|product| Ok(Self::Listing(product, code.parse()?)))
            }
            ("texts", Some((product, of))) => {
                product.parse().and_then(|product| Ok(Self::Text(text_of(product, of)?)))
            }
            ("stock", Some((product, code))) => {
                product.parse().and_then(|product| Ok(Self::Stock(product, code.parse()?)))
            }
            _ => return Err(malformed()),
        };
        parsed.map_err(|_| malformed())
    }
}

fn shown(marketplace: Option<&MarketplaceCode>) -> &str {
    marketplace.map_or(ALL_MARKETPLACES, MarketplaceCode::as_str)
}

/// The text of a product that these parts of a path name: `de/de-AT`, or `-/de` for all marketplaces.
fn text_of(product: ProductId, of: &str) -> Result<TextKey, InvalidInput> {
    let none = || InvalidInput::new("text", format!("{} is none", Quoted(of)));
    let (marketplace, tag) = of.split_once('/').ok_or_else(none)?;
    let marketplace = if marketplace == ALL_MARKETPLACES { None } else { Some(marketplace.parse()?) };
    let locale: Locale = tag.parse()?;
    // In its one spelling, so that a thing has one name.
    if locale.as_str() == tag { Ok(TextKey { product, marketplace, locale }) } else { Err(none()) }
}

/// As it is on the wire.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(id) => write!(f, "orders/{id}"),
            Self::Product(id) => write!(f, "products/{id}"),
            Self::Stock(product, code) => write!(f, "stock/{product}/{code}"),
            Self::Location(code) => write!(f, "locations/{code}"),
            Self::Webhook(id) => write!(f, "webhooks/{id}"),
            Self::Marketplace(code) => write!(f, "marketplaces/{code}"),
            Self::Listing(product, code) => write!(f, "listings/{product}/{code}"),
            Self::Text(of) => {
                write!(f, "texts/{}/{}/{}", of.product, shown(of.marketplace.as_ref()), of.locale)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_one_name_on_the_wire_and_one_in_storage() {
        for text in [
            "orders/7",
            "products/9223372036854775807",
            "stock/9/MAIN",
            "locations/a-1",
            "webhooks/3",
            "marketplaces/de",
            "listings/9/de",
            "texts/9/de/de-AT",
            "texts/9/-/zh-Hant",
        ] {
            let subject = Subject::parse(text).unwrap();
            assert_eq!(subject.to_string(), text);
            let (kind, number) = subject.parts();
            assert_eq!(Subject::of_parts(&kind, number), Ok(subject));
        }
        for bad in [
            "",
            "orders",
            "orders/",
            "orders/0",
            "orders/7/1",
            "stock/9",
            "stock/9/",
            "stock/0/MAIN",
            "locations/a/b",
            "locations/",
            "order/7",
            "Orders/7",
            "marketplaces/DE",
            "listings/9",
            "texts/9/de",
            "texts/9/-/DE",
        ] {
            let error = Subject::parse(bad).unwrap_err().to_string();
            assert!(error.contains("is not of the form"), "{bad:?}: {error}");
        }
        for (kind, number) in [("order", 0), ("stock", 1), ("location/MAIN", 1), ("orders", 1), ("stock/", 1)]
        {
            assert!(Subject::of_parts(kind, number).is_err(), "{kind} {number}");
        }
    }
}
