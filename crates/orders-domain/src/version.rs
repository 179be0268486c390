//! How often something was changed.

use std::str::FromStr;

use crate::{invalid::InvalidInput, quoted::Quoted};

/// Counts the changes of a thing, from 1. Two reads of it with the same version saw the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(i64);

impl Version {
    /// The version of what was never changed.
    pub const FIRST: Self = Self(1);

    /// The number, at least 1.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }

    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The version from which on there are at most so many up to this one.
    #[must_use]
    pub fn first_of_last(self, count: usize) -> Self {
        let before = i64::try_from(count).unwrap_or(i64::MAX).saturating_sub(1);
        Self(self.0.saturating_sub(before).max(1))
    }
}

impl TryFrom<i64> for Version {
    type Error = InvalidInput;

    fn try_from(value: i64) -> Result<Self, InvalidInput> {
        if value >= 1 {
            Ok(Self(value))
        } else {
            Err(InvalidInput::new("version", format!("{value} is below 1")))
        }
    }
}

impl FromStr for Version {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let refused =
            || InvalidInput::new("version", format!("{} is not a whole number from 1 on", Quoted(text)));
        let canonical = !text.starts_with(['0', '+']);
        text.parse().ok().filter(|version| canonical && *version >= 1).map(Self).ok_or_else(refused)
    }
}

/// At which versions a thing may be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// At any.
    Any,
    /// At one of these only.
    OneOf(Vec<Version>),
    /// Only while it is not there yet.
    Absent,
}

impl Expected {
    /// Whether the thing may be changed as it is: at this version, or not there yet.
    #[must_use]
    pub fn admits_present(&self, version: Option<Version>) -> bool {
        match version {
            Some(version) => self.admits(version),
            None => matches!(self, Self::Any | Self::Absent),
        }
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn admits(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
            Self::Absent => false,
        }
    }
}
