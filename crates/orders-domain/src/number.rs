//! Whole numbers with limits.

/// A kind of whole number from one limit to another, with a name that messages say.
macro_rules! whole_number {
    ($(#[$doc:meta])* $name:ident, $field:literal, $min:literal to $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The smallest one.
            pub const MIN: Self = Self($min);

            /// The largest one.
            pub const MAX: Self = Self($max);

            /// The bare number.
            #[must_use]
            pub fn get(self) -> i64 {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TryFrom<i64> for $name {
            type Error = $crate::invalid::InvalidInput;

            fn try_from(value: i64) -> Result<Self, Self::Error> {
                if (Self::MIN.0..=Self::MAX.0).contains(&value) {
                    Ok(Self(value))
                } else {
                    let reason = format!("{value} is not from {} to {}", Self::MIN.0, Self::MAX.0);
                    Err($crate::invalid::InvalidInput::new($field, reason))
                }
            }
        }
    };
}

pub(crate) use whole_number;
