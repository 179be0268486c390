//! What is wrong with a request, all of it at once.

use orders_domain::{LineFault, LinePart};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Fault)]
pub struct Fault {
    /// Where: a JSON pointer (RFC 6901) into the body, or `/name` of a query parameter.
    #[schema(example = "/products/0/quantity")]
    pub pointer: String,
    /// What.
    #[schema(example = "quantity 0 is not from 1 to 100000")]
    pub detail: String,
}

/// Gathers faults. A request that is malformed anywhere is 400; one that is merely invalid is 422.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Fault>,
    malformed: bool,
}

impl Faults {
    /// Something of the wrong form: a wrong type, a spelling that does not parse.
    pub fn malformed(&mut self, pointer: impl Into<String>, detail: impl ToString) {
        self.malformed = true;
        self.invalid(pointer, detail);
    }

    /// Something of the right form that cannot be.
    pub fn invalid(&mut self, pointer: impl Into<String>, detail: impl ToString) {
        self.list.push(Fault { pointer: pointer.into(), detail: detail.to_string() });
    }

    /// What the use case found wrong with the lines of an order.
    pub fn extend(&mut self, faults: impl IntoIterator<Item = LineFault>) {
        for LineFault { part, reason } in faults {
            let pointer = match part {
                LinePart::Product(index) => format!("/products/{index}/id"),
                LinePart::Quantity(index) => format!("/products/{index}/quantity"),
                LinePart::Whole => "/products".to_owned(),
            };
            self.invalid(pointer, reason);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Nothing, or the refusal.
    ///
    /// # Errors
    ///
    /// [`ApiError::Malformed`] or [`ApiError::Invalid`] with all faults.
    pub fn into_result(self) -> Result<(), ApiError> {
        match (self.list.is_empty(), self.malformed) {
            (true, _) => Ok(()),
            (false, true) => {
                Err(ApiError::Malformed { detail: "the request is malformed".to_owned(), faults: self.list })
            }
            (false, false) => Err(ApiError::Invalid { faults: self.list }),
        }
    }
}
