//! Which keys an object has already.

use std::{borrow::Cow, collections::HashSet};

use super::Member;

/// Objects of no more members are looked through, which is cheaper than a set.
const FEW: usize = 16;

/// The keys of an object that is gone through from its beginning.
#[derive(Debug, Default)]
pub struct Keys<'a>(HashSet<Cow<'a, str>>);

impl<'a> Keys<'a> {
    /// Whether a key is among those of the members before it. To be asked for each in turn.
    #[expect(clippy::ptr_arg, reason = "a key that borrows from the body is kept as one that does")]
    pub fn has(&mut self, before: &[Member<'a>], key: &Cow<'a, str>) -> bool {
        if before.len() < FEW {
            return before.iter().any(|(other, _)| other == key);
        }
        if self.0.is_empty() {
            self.0.extend(before.iter().map(|(key, _)| key.clone()));
        }
        !self.0.insert(key.clone())
    }
}
