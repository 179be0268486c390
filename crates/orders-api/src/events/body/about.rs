//! To what something happened, as an event's `data` has it.

use orders_domain::{Event, Subject};

use crate::http::writing::{number, plain_text};

/// Writes to what it happened, and in which marketplace if it did in one.
pub fn about(out: &mut Vec<u8>, event: &Event) {
    match &event.subject {
        Subject::Order(id) => number(out, "\"orderId\":", id.get()),
        Subject::Product(id) | Subject::Listing(id, _) => number(out, "\"productId\":", id.get()),
        Subject::Stock(product, code) => {
            number(out, "\"productId\":", product.get());
            plain_text(out, ",\"location\":\"", code.as_str());
        }
        Subject::Location(code) => plain_text(out, "\"location\":\"", code.as_str()),
        Subject::Webhook(id) => number(out, "\"webhookId\":", id.get()),
        // Nothing but where.
        Subject::Marketplace(code) => {
            plain_text(out, "\"marketplace\":\"", code.as_str());
            return;
        }
        Subject::Text(of) => {
            number(out, "\"productId\":", of.product.get());
            plain_text(out, ",\"locale\":\"", of.locale.as_str());
        }
    }
    if let Some(code) = event.marketplace {
        plain_text(out, ",\"marketplace\":\"", code.as_str());
    }
}
