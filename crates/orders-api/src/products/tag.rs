//! The tag of a product as a marketplace shows it.

use actix_web::http::header::HeaderValue;
use orders_domain::{ChosenBy, ChosenMarket, Version, service::ProductView};
use sha2::{Digest, Sha256};

use crate::http::etag;

/// The tag of a view. In the default marketplace as it is at first, chosen by nothing, under the product's own name
/// it is the product's version; else there is a mark behind it of all that may be shown otherwise.
#[must_use]
pub fn of(view: &ProductView, market: &ChosenMarket) -> HeaderValue {
    let version = view.offer.product.version;
    let marketplace = &market.marketplace;
    let is_plain = market.code().is_default()
        && marketplace.version == Version::FIRST
        && market.by == ChosenBy::Default
        && view.text.is_none();
    if is_plain {
        return etag::of(version);
    }
    let of = |version: Option<Version>| version.map_or(0, Version::get);
    let shown = format!(
        "{} {} {} {} {} {} {}",
        marketplace.code,
        marketplace.version.get(),
        market.by,
        of(view.listing),
        of(view.text),
        view.on_sale.shown.name_from,
        view.on_sale.terms.currency,
    );
    let digest: [u8; 32] = Sha256::digest(shown).into();
    etag::of_view(version, digest.first_chunk().copied().unwrap_or_default())
}
