//! `GET /orders` as newline-delimited JSON: every matching order, one a line.
//!
//! The answer is made page by page, each when the client has taken the one before, so it takes the
//! same memory for any number of orders and holds no read transaction while the client is slow.

use std::{convert::Infallible, sync::Arc};

use actix_web::{HttpResponse, HttpResponseBuilder, web::Bytes};
use futures_util::stream;
use orders_domain::{Audience, OrderFilter, OrderId, OrderQuery, OrderService, PageLimit};

use crate::{
    http::{
        accept::Media,
        streaming::{self, broken_off},
    },
    orders::response::{ORDER_BYTES, order_json},
};

/// Every order that these may see and the filter lets through, from after an id on.
#[must_use]
pub fn orders(
    service: Arc<OrderService>,
    audience: Audience,
    filter: OrderFilter,
    after: Option<OrderId>,
) -> HttpResponse {
    let start = OrderQuery { filter, after, limit: PageLimit::MAX };
    let pages = stream::unfold(Some(start), move |query| {
        let service = Arc::clone(&service);
        async move {
            let query = query?;
            let page = match service.list(audience, query.clone()).await {
                Ok(page) => page,
                Err(error) => return Some((Err(broken_off("orders", error)), None)),
            };
            let last = page.orders.last()?.id();
            let mut lines = Vec::with_capacity(page.orders.len() * ORDER_BYTES);
            for order in &page.orders {
                order_json(&mut lines, order);
                lines.push(b'\n');
            }
            let next = page.more.then_some(OrderQuery { after: Some(last), ..query });
            Some((Ok(Bytes::from(lines)), next))
        }
    });
    head().streaming(pages)
}

/// The head of such an answer alone, for HEAD: nothing is read for it.
#[must_use]
pub fn head_of_orders() -> HttpResponse {
    head().streaming(stream::empty::<Result<Bytes, Infallible>>())
}

fn head() -> HttpResponseBuilder {
    streaming::head(Media::NdJson, "accept")
}
