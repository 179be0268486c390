//! What somebody may do, as words that a token carries.

use std::{fmt, str::FromStr};

use crate::{
    invalid::{InvalidInput, list},
    quoted::Quoted,
};

/// One thing that a user may be allowed to do. What each use case asks for is in [`super::access`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Place orders.
    Create,
    /// See one's orders.
    Read,
    /// Cancel one's orders.
    Cancel,
    /// Set the status and the tracking of one's orders.
    Track,
    /// The same, and plan and ship one's orders' parcels.
    Fulfil,
    /// Do all that can be done to an order with every order, and list all of them.
    Admin,
    /// Follow what happens.
    Events,
    /// Add and change products.
    Products,
    /// See places, levels of stock and their movements.
    StockRead,
    /// Add and change places; count, take in and move stock.
    StockWrite,
    /// See, add and change webhooks, and see what was sent.
    Webhooks,
    /// See how many orders there were, of what worth, and what became of them.
    Analytics,
}

/// Each scope and the word for it in a token.
const WORDS: [(Scope, &str); 12] = [
    (Scope::Create, "orders:create"),
    (Scope::Read, "orders:read"),
    (Scope::Cancel, "orders:cancel"),
    (Scope::Track, "orders:track"),
    (Scope::Fulfil, "orders:fulfil"),
    (Scope::Admin, "orders:admin"),
    (Scope::Events, "events:read"),
    (Scope::Products, "catalogue:write"),
    (Scope::StockRead, "stock:read"),
    (Scope::StockWrite, "stock:write"),
    (Scope::Webhooks, "webhooks:write"),
    (Scope::Analytics, "analytics:read"),
];

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 12] = [
        Self::Create,
        Self::Read,
        Self::Cancel,
        Self::Track,
        Self::Fulfil,
        Self::Admin,
        Self::Events,
        Self::Products,
        Self::StockRead,
        Self::StockWrite,
        Self::Webhooks,
        Self::Analytics,
    ];

    /// That any of these is enough, for people.
    #[must_use]
    pub fn any_of(scopes: &[Self]) -> String {
        scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" or ")
    }

    /// The word for it in a token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        WORDS[self as usize].1
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == word);
        found.ok_or_else(|| {
            let known = list(&Self::ALL);
            InvalidInput::new("scope", format!("{} is not one of {known}", Quoted(word)))
        })
    }
}

/// Several scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u16);

impl Scopes {
    /// Nothing is allowed.
    pub const NONE: Self = Self(0);

    /// Everything: what the shop's operator may do.
    pub const ALL: Self = Self((1 << Scope::ALL.len()) - 1);

    /// Everything that a user may do with orders of their own where nobody says otherwise: not to plan and
    /// ship parcels.
    pub const OF_OWN_ORDERS: Self =
        Self::NONE.with(Scope::Create).with(Scope::Read).with(Scope::Cancel).with(Scope::Track);

    /// These and one more.
    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | 1 << scope as u16)
    }

    /// Whether the scope is among them.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u16) != 0
    }

    /// The known ones among these words; others are meant for somebody else.
    #[must_use]
    pub fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        words.into_iter().filter_map(|word| word.parse().ok()).collect()
    }

    /// Each of them, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::NONE, Self::with)
    }
}

/// The words, with a space between them.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_known_by_their_exact_words_only() {
        for (index, scope) in Scope::ALL.into_iter().enumerate() {
            assert_eq!(WORDS[index].0, scope);
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        for word in
            ["", "orders", "orders:", "Orders:read", "orders:read ", "orders:*", "orders:Admin", "read"]
        {
            assert!(word.parse::<Scope>().is_err(), "{word:?} was taken");
        }
        let error = "orders:all".parse::<Scope>().unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"scope "orders:all" is not one of orders:create, orders:read, orders:cancel, orders:track, orders:fulfil, orders:admin, events:read, catalogue:write, stock:read, stock:write, webhooks:write, analytics:read"#
        );
    }

    #[test]
    fn a_set_holds_what_was_put_into_it_and_nothing_else() {
        for bits in 0_u16..1 << Scope::ALL.len() {
            let chosen =
                || (0..).zip(Scope::ALL).filter(move |(bit, _)| bits & (1 << bit) != 0).map(|(_, s)| s);
            let set: Scopes = chosen().collect();
            assert!(set.iter().eq(chosen()));
            assert_eq!(Scopes::of_words(set.to_string().split(' ')), set);
        }
        assert_eq!(Scopes::OF_OWN_ORDERS.to_string(), "orders:create orders:read orders:cancel orders:track");
        assert!(Scopes::ALL.iter().eq(Scope::ALL));
    }

    #[test]
    fn words_for_others_are_passed_over() {
        let set = Scopes::of_words("openid orders:read  payments:refund orders:superuser".split(' '));
        assert_eq!(set, Scopes::NONE.with(Scope::Read));
    }
}
