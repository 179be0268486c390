//! What the routes of marketplaces can fail with.

use orders_domain::{KeepingError, Marketplace, MarketplaceCode, ProductId, Subject, ledger::Taken};

use super::{Failure, failure, invalid, no_product};
use crate::http::error::ApiError;

/// An error about the product 9 in the marketplace `de`.
fn about(error: impl FnOnce(ProductId, MarketplaceCode) -> ApiError) -> ApiError {
    match (9_i64.try_into(), "de".parse()) {
        (Ok(product), Ok(marketplace)) => error(product, marketplace),
        _ => ApiError::Internal(None),
    }
}

pub const NO_MARKETPLACE: Failure = failure("No such marketplace", || {
    about(|_, code| ApiError::UnknownMarketplace(Marketplace::unknown(code)))
});
pub const NO_MARKETPLACE_OR_PRODUCT: Failure =
    failure("No such product, or no such marketplace (`unknown-marketplace`)", no_product);
pub const NOT_SHOWN_HERE: Failure =
    failure("No such product; or it is not sold in this marketplace (`not-sold-here`)", no_product);
pub const NO_LISTING: Failure = failure(
    "It is not listed there; or there is no such product (`unknown-product`) or marketplace (`unknown-marketplace`)",
    || about(|product, code| ApiError::UnknownListing(Subject::Listing(product, code))),
);
pub const NO_TEXT: Failure = failure(
    "There is no text of it in this language; or no such product (`unknown-product`) or marketplace (`unknown-marketplace`)",
    || Subject::parse("texts/9/-/de").map_or(ApiError::Internal(None), ApiError::UnknownText),
);
pub const OWN_PRICES: Failure = failure(
    "The default marketplace sells at the products' own prices; or the products are a list that is fixed (`fixed-catalogue`)",
    || KeepingError::OwnPrices.into(),
);
pub const MANY_TEXTS: Failure = failure(
    "The product has as many texts as it can have; or the products are a list that is fixed (`fixed-catalogue`)",
    || Taken::Texts.into(),
);
pub const MARKETPLACE_TAKEN: Failure = failure(
    "Another one has this code, host or country; or the products are a list that is fixed (`fixed-catalogue`)",
    || about(|_, code| Taken::MarketplaceCode(code).into()),
);
pub const MARKETPLACE_FIXED: Failure = failure(
    "There are prices or orders in its currency, which stays (`priced`); another one has this host or country (`taken`); the default one is always active (`always-active`); or the products are a list that is fixed (`fixed-catalogue`)",
    || KeepingError::Priced.into(),
);
pub const INVALID_MARKETPLACE: Failure =
    failure("Well-formed but invalid; `errors` names every fault", || {
        invalid("/currency", "currency XAU has no minor unit, so nothing is priced in it")
    });
pub const INVALID_LISTING: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/price", "amount -1 is negative")
});
pub const INVALID_TEXT: Failure =
    failure("Well-formed but invalid; `errors` names every fault", || invalid("/name", "name is missing"));
pub const INVALID_MARKET: Failure =
    failure("A marketplace is named that is not there or not active, or a parameter is not known", || {
        invalid("/marketplace", "the query: marketplace \"xx\" is not one of default, de")
    });
pub const INVALID_COUNTRY: Failure = failure(
    "No country, a marketplace in the header that is not there or not active, or a parameter that is not known",
    || invalid("/country", "country \"XX\" is not a country's code of ISO 3166-1 alpha-2"),
);
