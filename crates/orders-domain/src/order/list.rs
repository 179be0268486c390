//! Lists of orders, and how they are found. Each that is offered has an index in which its next page is one
//! range, or a few of them, so that a page costs the same anywhere in a table of any size.

use chrono::{DateTime, SecondsFormat, Utc};

use super::{
    Order,
    contact::Email,
    imported::ExternalId,
    query::{Cursor, OrderFilter, OrderQuery, Sort},
    status::OrderStatus,
};
use crate::{
    code::MarketplaceCode,
    id::{OrderId, ProductId, UserId},
    invalid::InvalidInput,
    page::PageLimit,
    shipment::{status::Fulfillment, tracking::TrackingNumber},
};

mod offered;

/// A list that is offered, and a place in it: what a store can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderList(OrderQuery);

/// How a list is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<'a> {
    /// By number, ascending or descending, among the orders of this kind. Dates ascend with numbers.
    ByNumber(Kind<'a>, Option<OrderId>),
    /// By the last change, and by number among those of one moment.
    ByUpdate(Option<(DateTime<Utc>, OrderId)>),
}

/// Of which orders a list by number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Of one user or all, in one of these states or any; of none at all if no order can be in one.
    Of(Option<UserId>, Option<Vec<State>>),
    /// The same of a marketplace; of one user in any state.
    In(MarketplaceCode, Option<UserId>, Option<Vec<State>>),
    /// With a line of this product.
    WithProduct(ProductId),
    /// With a parcel of this number.
    Tracked(&'a TrackingNumber),
    /// With this name in the system from which it was imported: at most one.
    External(&'a ExternalId),
    /// Of the customer with this address.
    OfCustomer(&'a Email),
}

/// Where an order stands, and how far its parcels are.
pub type State = (OrderStatus, Fulfillment);

impl OrderList {
    /// The list that is asked for, if it is offered.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] about one of the parameters that do not go together, or about `after` when it is of a list
    /// of another sort.
    pub fn of(query: OrderQuery) -> Result<Self, InvalidInput> {
        offered::check(&query)?;
        let (by_update, value, form) = match query.after {
            None => return Ok(Self(query)),
            Some(Cursor::Order(order)) => (
                false,
                order.to_string(),
                "the updatedAt of the last order seen, a comma and its id, such as 2026-11-22T10:00:00.000Z,7",
            ),
            Some(Cursor::Update(at, order)) => (
                true,
                format!("{},{order}", at.to_rfc3339_opts(SecondsFormat::Millis, true)),
                "the id of the last order seen, such as 7",
            ),
        };
        if by_update == query.sort.is_by_update() {
            return Ok(Self(query));
        }
        Err(InvalidInput::new(
            "after",
            format!("\"{value}\" is not of a list by {}: there it is {form}", query.sort),
        ))
    }

    /// The list of all orders by number, from behind one on.
    #[must_use]
    pub fn all(after: Option<OrderId>, limit: PageLimit) -> Self {
        let after = after.map(Cursor::Order);
        Self(OrderQuery { filter: OrderFilter::default(), sort: Sort::Id, after, limit })
    }

    /// What was asked.
    #[must_use]
    pub fn query(&self) -> &OrderQuery {
        &self.0
    }

    /// How many orders at most.
    #[must_use]
    pub fn limit(&self) -> PageLimit {
        self.0.limit
    }

    /// Whether what is greater comes first.
    #[must_use]
    pub fn is_descending(&self) -> bool {
        self.0.sort.is_descending()
    }

    /// How it is found.
    #[must_use]
    pub fn found(&self) -> Found<'_> {
        let OrderQuery { filter, sort, after, .. } = &self.0;
        if sort.is_by_update() {
            let after = after.and_then(|after| match after {
                Cursor::Update(at, order) => Some((at, order)),
                Cursor::Order(_) => None,
            });
            return Found::ByUpdate(after);
        }
        let after = after.and_then(|after| match after {
            Cursor::Order(order) => Some(order),
            Cursor::Update(..) => None,
        });
        let kind = match filter {
            OrderFilter { product: Some(product), .. } => Kind::WithProduct(*product),
            OrderFilter { tracking: Some(number), .. } => Kind::Tracked(number),
            OrderFilter { external: Some(name), .. } => Kind::External(name),
            OrderFilter { email: Some(email), .. } => Kind::OfCustomer(email),
            OrderFilter { marketplace: Some(code), user, .. } => Kind::In(*code, *user, states(filter)),
            OrderFilter { user, .. } => Kind::Of(*user, states(filter)),
        };
        Found::ByNumber(kind, after)
    }

    /// Whether an order is on the list, at whatever place.
    #[must_use]
    pub fn shows(&self, order: &Order) -> bool {
        let filter = &self.0.filter;
        let folded = filter.email.as_ref().map(Email::folded);
        let tracked = |number: &TrackingNumber| {
            let mut parcels = order.shipments().iter().filter_map(|parcel| parcel.tracking.as_ref());
            parcels.any(|tracking| tracking.number() == number.as_str())
        };
        filter.status.is_none_or(|statuses| statuses.contains(order.status()))
            && filter.fulfillment.is_none_or(|fulfillment| order.fulfillment() == fulfillment)
            && filter.user.is_none_or(|user| order.user() == user)
            && filter.marketplace.is_none_or(|code| order.sold_in().marketplace == code)
            && filter.product.is_none_or(|product| order.lines().any(|(_, line)| line.product() == product))
            && filter.tracking.as_ref().is_none_or(tracked)
            && filter
                .external
                .as_ref()
                .is_none_or(|name| order.imported().is_some_and(|imported| imported.external_id == *name))
            && folded.is_none_or(|folded| order.contact().email.as_ref().map(Email::folded) == Some(folded))
            && filter.from.is_none_or(|from| order.ordered_at() >= from)
            && filter.to.is_none_or(|to| order.ordered_at() < to)
            && filter.updated_from.is_none_or(|from| order.updated_at() >= from)
            && filter.updated_to.is_none_or(|to| order.updated_at() < to)
    }

    /// Whether an order on the list comes behind the place where the page begins.
    #[must_use]
    pub fn comes(&self, order: &Order) -> bool {
        let is_behind =
            |one: std::cmp::Ordering| if self.is_descending() { one.is_lt() } else { one.is_gt() };
        match self.found() {
            Found::ByNumber(_, after) => after.is_none_or(|after| is_behind(order.id().cmp(&after))),
            Found::ByUpdate(after) => {
                after.is_none_or(|after| is_behind((order.updated_at(), order.id()).cmp(&after)))
            }
        }
    }

    /// Puts orders of the list into its order.
    pub fn sort(&self, orders: &mut [Order]) {
        if self.0.sort.is_by_update() {
            orders.sort_by_key(|order| (order.updated_at(), order.id()));
        } else {
            orders.sort_by_key(Order::id);
        }
        if self.is_descending() {
            orders.reverse();
        }
    }
}

/// The states that are let through; `None` if all are.
fn states(filter: &OrderFilter) -> Option<Vec<State>> {
    if filter.status.is_none() && filter.fulfillment.is_none() {
        return None;
    }
    let all = OrderStatus::ALL
        .into_iter()
        .flat_map(|status| status.fulfillments().iter().map(move |fulfillment| (status, *fulfillment)));
    let lets_through = |(status, fulfillment): &State| {
        filter.status.is_none_or(|statuses| statuses.contains(*status))
            && filter.fulfillment.is_none_or(|wanted| wanted == *fulfillment)
    };
    let (through, held): (Vec<_>, Vec<_>) = all.partition(lets_through);
    (!held.is_empty()).then_some(through)
}

#[cfg(test)]
mod tests;
