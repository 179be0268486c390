//! Who may do what: one table; everything that speaks of it is derived from here.

use Scope::{
    Admin, Analytics, Cancel, Create, Events, Fulfil, Products, Read, StockRead, StockWrite, Track, Webhooks,
};

use super::{scope::Scope, user::User};
use crate::id::UserId;

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UseCase {
    /// Place an order.
    Place,
    /// List orders.
    List,
    /// See an order.
    Show,
    /// Set an order's shipment.
    Track,
    /// Move an order to another status.
    Advance,
    /// Cancel an order, or pieces of it; also when it is done by setting its status.
    Cancel,
    /// Plan and ship an order's parcels.
    Ship,
    /// Change how an order's customer is reached.
    Reach,
    /// Follow what happens.
    Follow,
    /// Add and change products.
    KeepProducts,
    /// See places, levels of stock and their movements.
    SeeStock,
    /// Add and change places; count, take in and move stock.
    KeepStock,
    /// See, add and change webhooks, and see what was sent.
    KeepWebhooks,
    /// See how many orders there were, of what worth, and what became of them.
    Analyse,
}

/// Whose the order in question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// The asker's.
    Own,
    /// Somebody else's.
    Foreign,
    /// Nobody's: there is no such order.
    Missing,
}

impl Ownership {
    /// Whose what this owner has is, seen by a user; there is no owner of what is not there.
    #[must_use]
    pub fn of(user: UserId, owner: Option<UserId>) -> Self {
        match owner {
            Some(owner) if owner == user => Self::Own,
            Some(_) => Self::Foreign,
            None => Self::Missing,
        }
    }
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The order is not theirs, or is not there: nobody learns which.
    NotOwned,
    /// It would be theirs to do, but only with one of these scopes.
    MissingScope(&'static [Scope]),
}

/// A line of the table.
struct Rule {
    /// What it takes with an order of one's own: any of these.
    own: &'static [Scope],
    /// What it takes with any order, one's own included; `None`: no scope is enough.
    any: Option<Scope>,
    /// Whether it is open to strangers where users merely say who they are.
    open_in_development: bool,
}

const fn rule(own: &'static [Scope], any: Option<Scope>, open_in_development: bool) -> Rule {
    Rule { own, any, open_in_development }
}

impl UseCase {
    /// Every use case, in the order of the table.
    pub const ALL: [Self; 14] = [
        Self::Place,
        Self::List,
        Self::Show,
        Self::Track,
        Self::Advance,
        Self::Cancel,
        Self::Ship,
        Self::Reach,
        Self::Follow,
        Self::KeepProducts,
        Self::SeeStock,
        Self::KeepStock,
        Self::KeepWebhooks,
        Self::Analyse,
    ];

    /// The table.
    fn rule(self) -> Rule {
        match self {
            Self::Place => rule(&[Create], None, false),
            Self::List => rule(&[Read], Some(Admin), true),
            Self::Show => rule(&[Read], Some(Admin), false),
            Self::Track | Self::Advance => rule(&[Fulfil, Track], Some(Admin), false),
            Self::Cancel => rule(&[Cancel], Some(Admin), false),
            Self::Ship => rule(&[Fulfil], Some(Admin), false),
            Self::Reach => rule(&[Create], Some(Admin), false),
            // Of nobody's in particular.
            Self::Follow => rule(&[Events], None, false),
            Self::KeepProducts => rule(&[Products], None, false),
            Self::SeeStock => rule(&[StockRead], None, false),
            Self::KeepStock => rule(&[StockWrite], None, false),
            Self::KeepWebhooks => rule(&[Webhooks], None, false),
            Self::Analyse => rule(&[Analytics], None, false),
        }
    }

    /// Whether the user may do it with an order of this ownership; an order about to be placed is
    /// the asker's own.
    ///
    /// # Errors
    ///
    /// Why not. A missing order is refused like a foreign one, whatever the scopes.
    pub fn check(self, user: User, ownership: Ownership) -> Result<(), Refusal> {
        let Rule { own, any, .. } = self.rule();
        let held = |scope| user.scopes().contains(scope);
        match ownership {
            Ownership::Own | Ownership::Foreign if any.is_some_and(held) => Ok(()),
            Ownership::Foreign | Ownership::Missing => Err(Refusal::NotOwned),
            Ownership::Own if own.iter().copied().any(held) => Ok(()),
            Ownership::Own => Err(Refusal::MissingScope(self.scopes())),
        }
    }

    /// Whether it is about one order that is there already, so that only the order itself can
    /// tell whose it is.
    #[must_use]
    pub fn is_of_one_order(self) -> bool {
        matches!(self, Self::Show | Self::Track | Self::Advance | Self::Cancel | Self::Ship | Self::Reach)
    }

    /// Whether strangers may do it where users merely say who they are.
    #[must_use]
    pub fn is_open_in_development(self) -> bool {
        self.rule().open_in_development
    }

    /// The scope that is asked for with an order of one's own; another one may do as well.
    #[must_use]
    pub fn scope(self) -> Scope {
        self.scopes()[0]
    }

    /// The scopes of which one is needed with an order of one's own, for documents.
    #[must_use]
    pub fn scopes(self) -> &'static [Scope] {
        self.rule().own
    }
}

#[cfg(test)]
mod tests;
