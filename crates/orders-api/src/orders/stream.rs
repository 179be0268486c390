//! `GET /orders` as a stream of every matching order: newline-delimited JSON, one order a line, or CSV.
//!
//! The answer is made page by page, each when the client has taken the one before, so it takes the
//! same memory for any number of orders and holds no read transaction while the client is slow.

use std::{convert::Infallible, error::Error, sync::Arc};

use actix_web::{HttpResponse, HttpResponseBuilder, web::Bytes};
use futures_util::{StreamExt, stream};
use orders_domain::{Audience, Cursor, Order, OrderQuery, OrderService, PageLimit};

use super::csv::{HEADER, Rows};
use crate::{
    http::{
        accept::Media,
        streaming::{self, broken_off},
    },
    orders::response::{ORDER_BYTES, order_json},
};

/// Two lines of such a stream, for the document.
pub fn ndjson_example() -> &'static str {
    "{\"id\":1,\"userId\":1,\"status\":\"pending\"}\n{\"id\":2,\"userId\":3,\"status\":\"shipped\"}\n"
}

/// An order of two lines as CSV, for the document.
pub fn csv_example() -> String {
    let order =
        "1,1,2026-11-22T10:00:00.000Z,2026-11-22T10:00:00.000Z,pending,unfulfilled,default,USD,153.92,153.92";
    let header = HEADER.join(",");
    format!("{header}\r\n{order},1,9,,,19.99,7,,\r\n{order},2,1,,,13.99,1,,\r\n")
}

/// In which form orders are streamed.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// An order a line.
    NdJson,
    /// A row for each line of an order, after the names of the columns.
    Csv {
        /// Whether texts that a spreadsheet would run are left as they are.
        raw: bool,
    },
}

impl Form {
    /// The form of this media type, if it is streamed.
    pub fn of(media: Media, raw: bool) -> Option<Self> {
        match media {
            Media::NdJson => Some(Self::NdJson),
            Media::Csv => Some(Self::Csv { raw }),
            Media::Json | Media::EventStream => None,
        }
    }

    /// What stands before all orders, if anything does.
    fn beginning(self) -> Option<Result<Bytes, Box<dyn Error>>> {
        let Self::Csv { raw } = self else { return None };
        let mut rows = Rows::new(raw);
        Some(rows.header().map_err(Into::into).and_then(|()| Ok(rows.take()?.into())))
    }

    fn write(self, orders: &[Order]) -> Result<Bytes, Box<dyn Error>> {
        match self {
            Self::NdJson => {
                let mut lines = Vec::with_capacity(orders.len() * ORDER_BYTES);
                for order in orders {
                    order_json(&mut lines, order);
                    lines.push(b'\n');
                }
                Ok(lines.into())
            }
            Self::Csv { raw } => {
                let mut rows = Rows::new(raw);
                orders.iter().try_for_each(|order| rows.order(order))?;
                Ok(rows.take()?.into())
            }
        }
    }
}

/// Every order that these may see and that is asked for, whatever the limit.
#[must_use]
pub fn orders(service: Arc<OrderService>, audience: Audience, query: OrderQuery, form: Form) -> HttpResponse {
    let start = OrderQuery { limit: PageLimit::MAX, ..query };
    let pages = stream::unfold(Some(start), move |query| {
        let service = Arc::clone(&service);
        async move {
            let query = query?;
            let page = match service.list(audience, query.clone()).await {
                Ok(page) => page,
                Err(error) => return Some((Err(broken_off("orders", error)), None)),
            };
            let after = Cursor::behind(page.orders.last()?, query.sort);
            let next = page.more.then_some(OrderQuery { after: Some(after), ..query });
            Some((form.write(&page.orders), next))
        }
    });
    head(form).streaming(stream::iter(form.beginning()).chain(pages))
}

/// The head of such an answer alone, for HEAD: nothing is read for it.
#[must_use]
pub fn head_of_orders(form: Form) -> HttpResponse {
    head(form).streaming(stream::empty::<Result<Bytes, Infallible>>())
}

fn head(form: Form) -> HttpResponseBuilder {
    let media = match form {
        Form::NdJson => Media::NdJson,
        Form::Csv { .. } => Media::Csv,
    };
    streaming::head(media, "accept")
}
