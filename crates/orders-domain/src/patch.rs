//! A change of what may be unknown.

/// What is to become of a member that may have no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It has none any more.
    Clear,
    /// It is this.
    Set(T),
}

impl<T> Patch<T> {
    /// What there is since, where this was before.
    #[must_use]
    pub fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}
