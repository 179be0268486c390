//! The list of products.

use actix_web::HttpResponse;
use askama::Template;
use orders_domain::{
    MarketplaceCode, PageLimit, ProductId, User,
    catalogue::product::Sku,
    ports::{Offer, ProductQuery},
};

use crate::{
    http::{
        failure::Failure,
        frame::{Frame, html},
        visit::Visit,
    },
    words::amount,
};

/// A line of the list.
struct Row {
    id: ProductId,
    sku: String,
    name: String,
    price: String,
    policy: &'static str,
    available: String,
    is_out: bool,
    is_active: bool,
}

impl From<&Offer> for Row {
    fn from(offer: &Offer) -> Self {
        let details = &offer.product.details;
        Self {
            id: offer.product.id,
            sku: details.sku.as_ref().map(|sku| sku.as_str().to_owned()).unwrap_or_default(),
            name: details.name.as_str().to_owned(),
            price: amount(details.price, details.currency),
            policy: super::one::policy(details.policy),
            available: offer.available.map(|pieces| pieces.to_string()).unwrap_or_default(),
            is_out: offer.available == Some(0),
            is_active: details.active,
        }
    }
}

#[derive(Template)]
#[template(path = "products.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    sku: String,
    next: Option<String>,
    is_first: bool,
}

/// The list.
pub async fn show(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    let query = visit.query();
    let asked = ProductQuery {
        market: MarketplaceCode::DEFAULT,
        active: None,
        sku: query.get("sku").map(Sku::parse).transpose()?,
        after: query.get("after").map(str::parse).transpose()?,
        limit: PageLimit::DEFAULT,
    };
    let page = visit.desk.keeping.products(asked).await?;
    let last = page.offers.last().map(|offer| offer.product.id.to_string()).filter(|_| page.more);
    let page = Page {
        frame: Frame::new(&visit, Some(user), "/products", "Products"),
        rows: page.offers.iter().map(Row::from).collect(),
        sku: query.text("sku"),
        next: last.map(|last| visit.to(&format!("/products{}", query.but("after", Some(&last)).link()))),
        is_first: query.get("after").is_none(),
    };
    html(200, &page)
}
