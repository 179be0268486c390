//! Whom a list of orders is for.

use super::{
    error::OrderError,
    list::OrderList,
    query::{OrderFilter, OrderQuery},
};
use crate::identity::{Ownership, Refusal, Scope, UseCase, User};

/// Whom a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anyone: they see every order.
    Anyone,
    /// A user, who sees what the table says.
    User(User),
}

impl Audience {
    /// What they see of the orders that the filter lets through; `None` for nothing at all. Who is to be found by
    /// what is known of the customers is looked at everywhere, and may see every order.
    ///
    /// # Errors
    ///
    /// [`Refusal::MissingScope`].
    pub fn narrow(self, filter: OrderFilter) -> Result<Option<OrderFilter>, Refusal> {
        let sees_all = match self {
            Self::Anyone => filter.email.is_none(),
            Self::User(user) => UseCase::List.check(user, Ownership::Foreign).is_ok(),
        };
        match self {
            _ if sees_all => Ok(Some(filter)),
            _ if filter.email.is_some() => Err(Refusal::MissingScope(&[Scope::Admin])),
            Self::Anyone => Ok(Some(filter)),
            Self::User(user) => {
                UseCase::List.check(user, Ownership::Own)?;
                let overlaps = filter.user.is_none_or(|wanted| wanted == user.id());
                Ok(overlaps.then_some(OrderFilter { user: Some(user.id()), ..filter }))
            }
        }
    }

    /// The list that they get of what is asked for; `None` for one of nothing at all.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`]; [`OrderError::NotOffered`] for what does not go together, which goes by
    /// whose orders they see too: those of one user are found by other indexes than those of all.
    pub fn listing(self, query: OrderQuery) -> Result<Option<OrderList>, OrderError> {
        let is_of_one = query.filter.user.is_some();
        let Some(filter) = self.narrow(query.filter.clone())? else {
            OrderList::of(query).map_err(OrderError::NotOffered)?;
            return Ok(None);
        };
        let is_narrowed = filter.user.is_some() && !is_of_one;
        let listing = OrderList::of(OrderQuery { filter, ..query });
        listing.map(Some).map_err(|mut refused| {
            if is_narrowed {
                refused.reason.push_str(
                    "; without the scope orders:admin, a list is of one's own orders, as with one's own userId",
                );
            }
            OrderError::NotOffered(refused)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::{
            Scope::{Admin, Cancel, Create, Fulfil, Read},
            Scopes,
        },
        order::contact::Email,
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

    #[test]
    fn customers_are_found_by_their_address_by_who_sees_all_orders_only() {
        let filter = OrderFilter { email: Email::parse("ada@example.org").ok(), ..OrderFilter::default() };
        let admin = Audience::User(user(Scopes::NONE.with(Admin)));
        assert_eq!(admin.narrow(filter.clone()), Ok(Some(filter.clone())));
        for other in [Audience::Anyone, Audience::User(user(Scopes::NONE.with(Read).with(Create)))] {
            assert_eq!(other.narrow(filter.clone()), Err(Refusal::MissingScope(&[Admin])));
        }
    }

    #[test]
    fn what_is_found_among_all_orders_only_is_refused_to_who_sees_their_own_with_the_reason() {
        let filter = OrderFilter { product: 9.try_into().ok(), ..OrderFilter::default() };
        let query = OrderQuery { filter, ..OrderQuery::default() };
        for audience in [Audience::Anyone, Audience::User(user(Scopes::NONE.with(Admin)))] {
            assert_eq!(audience.listing(query.clone()).unwrap().unwrap().query(), &query);
        }
        let reader = Audience::User(user(Scopes::NONE.with(Read)));
        let Err(OrderError::NotOffered(refused)) = reader.listing(query) else { panic!("it was offered") };
        assert_eq!(refused.what, "productId");
        assert!(refused.reason.starts_with("cannot be combined with userId"), "{refused}");
        assert!(refused.reason.contains("without the scope orders:admin"), "{refused}");
    }
}
