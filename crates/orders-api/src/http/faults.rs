//! What is wrong with a request, all of it at once.

use std::fmt::{self, Display, Write};

use orders_domain::{ChosenBy, LineFault, LinePart, market::choice::NotChosen};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::error::ApiError;

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
    /// On 409 `out-of-stock`: how many pieces an order could take.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = 3)]
    pub available: Option<i64>,
}

/// Gathers faults. A request that is malformed anywhere is 400; one that is merely invalid is 422.
///
/// At most [`Faults::MAX`] are kept, of [`Faults::MAX_BYTES`] together, and the others counted: what
/// is answered does not grow with what was sent, and neither does the work of saying it.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Fault>,
    /// The bytes of the list's texts in an answer.
    bytes: usize,
    /// How many are not in the list.
    unlisted: usize,
    malformed: bool,
}

/// The most characters of a pointer.
const POINTER_CHARS: usize = 256;

/// The most characters of what is wrong; texts that were sent are cut at less in it.
const DETAIL_CHARS: usize = 1024;

impl Faults {
    /// The most faults that are listed.
    pub const MAX: usize = 100;

    /// The most bytes that the texts of all listed faults take in an answer.
    pub const MAX_BYTES: usize = 48 * 1024;

    /// Something of the wrong form: a wrong type, a spelling that does not parse.
    pub fn malformed(&mut self, pointer: impl Display, detail: impl Display) {
        self.malformed = true;
        self.invalid(pointer, detail);
    }

    /// Something of the right form that cannot be.
    pub fn invalid(&mut self, pointer: impl Display, detail: impl Display) {
        if self.list.len() < Self::MAX && self.unlisted == 0 {
            let (pointer, detail) = (cut(pointer, POINTER_CHARS), cut(detail, DETAIL_CHARS));
            let fault = Fault { pointer, detail, available: None };
            let bytes = json_bytes(&fault.pointer) + json_bytes(&fault.detail);
            if self.bytes + bytes <= Self::MAX_BYTES {
                self.bytes += bytes;
                self.list.push(fault);
                return;
            }
        }
        self.unlisted += 1;
    }

    /// What the use case found wrong with the lines of an order.
    pub fn extend(&mut self, faults: impl IntoIterator<Item = LineFault>) {
        for LineFault { part, reason } in faults {
            let pointer = match part {
                LinePart::Product(index) => &format!("/products/{index}/id"),
                LinePart::Quantity(index) => &format!("/products/{index}/quantity"),
                LinePart::Whole => "/products",
            };
            self.invalid(pointer, reason);
        }
    }

    /// That a marketplace was named in which nothing is sold, and where it was.
    pub fn not_chosen(&mut self, NotChosen { by, reason }: &NotChosen) {
        let place = match by {
            ChosenBy::Query => "the query: ",
            ChosenBy::Header => "the header Orders-Marketplace: ",
            ChosenBy::Token => "the token: ",
            // Nothing else is named by hand.
            ChosenBy::Body | ChosenBy::Host | ChosenBy::Country | ChosenBy::Default => "",
        };
        self.invalid("/marketplace", format_args!("{place}{reason}"));
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.list.len() + self.unlisted
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
        if self.list.is_empty() {
            return Ok(());
        }
        let malformed = self.malformed;
        let (faults, detail) = self.told(if malformed {
            "the request is malformed"
        } else {
            "the request is well-formed but invalid"
        });
        Err(if malformed {
            ApiError::Malformed { detail, faults }
        } else {
            ApiError::Invalid { detail, faults }
        })
    }

    /// The refusal of what is sold elsewhere.
    #[must_use]
    pub fn into_not_sold_here(self) -> ApiError {
        let (faults, detail) = self.told("some of it is not sold in this marketplace");
        ApiError::NotSoldHere { detail, faults }
    }

    fn told(self, what: &str) -> (Vec<Fault>, String) {
        let mut detail = what.to_owned();
        if self.unlisted > 0 {
            let _ = write!(detail, "; {} more faults are not listed", self.unlisted);
        }
        (self.list, detail)
    }
}

/// A text of at most so many characters; what is cut off is not even written out.
pub fn cut(text: impl Display, chars: usize) -> String {
    struct Cut {
        text: String,
        left: usize,
    }
    impl Write for Cut {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            match piece.char_indices().nth(self.left) {
                None => {
                    self.left -= piece.chars().count();
                    self.text.push_str(piece);
                    Ok(())
                }
                Some((end, _)) => {
                    self.text.push_str(&piece[..end]);
                    self.text.push('…');
                    Err(fmt::Error)
                }
            }
        }
    }
    let mut cut = Cut { text: String::new(), left: chars };
    // It fails where it is full.
    let _ = write!(cut, "{text}");
    cut.text
}

/// How many bytes a text takes in JSON.
fn json_bytes(text: &str) -> usize {
    text.bytes()
        .map(|byte| match byte {
            b'"' | b'\\' => 2,
            0..0x20 => 6,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_faults_are_listed_and_the_others_counted() {
        let mut faults = Faults::default();
        for index in 0..1_000 {
            faults.malformed(index, "is wrong");
        }
        let ApiError::Malformed { detail, faults } = faults.into_result().unwrap_err() else { panic!() };
        assert_eq!(detail, "the request is malformed; 900 more faults are not listed");
        assert_eq!((faults.len(), &*faults[99].pointer), (100, "99"));
    }

    #[test]
    fn long_texts_are_cut_and_take_48_kib_together() {
        let (long, mut faults) = ("\u{1}".repeat(70_000), Faults::default());
        for _ in 0..1_000 {
            faults.invalid(&long, &long);
        }
        let ApiError::Invalid { faults, .. } = faults.into_result().unwrap_err() else { panic!() };
        assert!((1..100).contains(&faults.len()));
        assert_eq!(faults[0].pointer.chars().count(), 257);
        assert!(serde_json::to_string(&faults).unwrap().len() < 52 * 1024);
    }
}
