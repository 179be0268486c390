//! What a database gives to whoever looks whether what is stored agrees with itself.

use orders_domain::{
    audit::{Difference, Place},
    ports::PortError,
};

/// Some orders that stand together, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// After this one.
    pub after: i64,
    /// Up to this one.
    pub last: i64,
}

/// A connection that looks. Each call looks at one state of what it is about, and holds that no longer than it lasts: no
/// server that writes is in its way, and none waits for it.
pub trait Audit: Send {
    /// The newest order's number, or 0.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    fn newest(&mut self) -> Result<i64, PortError>;

    /// The next orders after one, as many as are looked at at once; `None` behind the last.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    fn stretch(&mut self, after: i64, newest: i64) -> Result<Option<Stretch>, PortError>;

    /// Looks at these orders, with all that is stored of them; how many there were.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    fn orders(&mut self, stretch: Stretch, found: &mut Vec<Difference>) -> Result<u64, PortError>;

    /// Looks at everything else, part by part.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    fn rest(&mut self, found: &mut dyn FnMut(Difference)) -> Result<(), PortError>;
}

/// A database that nobody else changes meanwhile, or that is changed under locks: what can be set right is.
pub trait Mend {
    /// Sets right what can be at a place, in one transaction, by what is stored now.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`]; then nothing of it was stored.
    fn mend(&mut self, place: Place) -> Result<(), PortError>;
}
