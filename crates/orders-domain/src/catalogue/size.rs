//! How heavy and how large one piece is.

use crate::number::whole_number;

whole_number! {
    /// A weight in grams: 1 to 1,000,000,000.
    Grams, "grams", 1 to 1_000_000_000
}
whole_number! {
    /// A length in millimetres: 1 to 1,000,000.
    Millimetres, "millimetres", 1 to 1_000_000
}
whole_number! {
    /// A volume in cubic millimetres: 1 to 1,000,000,000,000,000.
    CubicMillimetres, "cubic millimetres", 1 to 1_000_000_000_000_000
}

/// The three sides of one piece as it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    /// The longest side, as a rule.
    pub length: Millimetres,
    /// The side across.
    pub width: Millimetres,
    /// From bottom to top.
    pub height: Millimetres,
}
