//! Whom a list of orders is for.

use super::query::OrderFilter;
use crate::identity::{Ownership, Refusal, UseCase, User};

/// Whom a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anyone: they see every order.
    Anyone,
    /// A user, who sees what the table says.
    User(User),
}

impl Audience {
    /// What they see of the orders that the filter lets through; `None` for nothing at all.
    ///
    /// # Errors
    ///
    /// [`Refusal::MissingScope`].
    pub fn narrow(self, filter: OrderFilter) -> Result<Option<OrderFilter>, Refusal> {
        let Self::User(user) = self else { return Ok(Some(filter)) };
        if UseCase::List.check(user, Ownership::Foreign).is_ok() {
            return Ok(Some(filter));
        }
        UseCase::List.check(user, Ownership::Own)?;
        let overlaps = filter.user.is_none_or(|wanted| wanted == user.id());
        Ok(overlaps.then_some(OrderFilter { user: Some(user.id()), ..filter }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{
        Scope::{Admin, Cancel, Create, Fulfil, Read},
        Scopes,
    };

    fn user(scopes: Scopes) -> User {
        User::new(7.try_into().unwrap(), scopes)
    }

    #[test]
    fn a_list_shows_its_reader_their_own_and_an_admin_or_in_development_anyone_all() {
        let of = |id: i64| OrderFilter { user: Some(id.try_into().unwrap()), ..OrderFilter::default() };
        let all = OrderFilter::default;
        let admin = Audience::User(user(Scopes::NONE.with(Admin)));
        let reader = Audience::User(user(Scopes::NONE.with(Read)));
        for audience in [Audience::Anyone, admin] {
            for filter in [all(), of(7), of(8)] {
                assert_eq!(audience.narrow(filter.clone()), Ok(Some(filter)));
            }
        }
        assert_eq!(reader.narrow(all()), Ok(Some(of(7))));
        assert_eq!(reader.narrow(of(7)), Ok(Some(of(7))));
        assert_eq!(reader.narrow(of(8)), Ok(None));
        let other = Audience::User(user(Scopes::NONE.with(Create).with(Cancel).with(Fulfil)));
        assert_eq!(other.narrow(all()), Err(Refusal::MissingScope(&[Read])));
    }
}
