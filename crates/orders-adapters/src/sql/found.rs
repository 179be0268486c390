//! How the orders of a list are found, for every backend: each list is one range of an index, or a few of them, and
//! a page stops at its limit.
//!
//! The text of a statement depends on the kind of the list only, never on values, so Diesel keeps it prepared.

use diesel::{
    backend::Backend,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Text},
};
use orders_domain::{Kind, OrderList, UserId, order::list::State};

mod range;

use range::{IndexRange, Value};

/// How a backend is best asked for a range of an index.
pub trait Finds: Backend {
    /// The address of `listed`, its letters A to Z small, as the index has it.
    const FOLDED_EMAIL: &'static str;
    /// The user of `listed`, as the index of users and states has it.
    const USER_IN_STATE: &'static str;
    /// The marketplace of `listed`, as the index of marketplaces has it.
    const MARKETPLACE: &'static str;
    /// The same, as the index of marketplaces and states has it.
    const MARKETPLACE_IN_STATE: &'static str;
    /// The user of `listed`, as the index of users and marketplaces has it.
    const USER_IN_MARKETPLACE: &'static str;
    /// Whether a range is between two rows of values, by all columns of the index, and ordered so. It can be
    /// found by that index only: of equalities and a range of ids, a planner may make a walk through all orders.
    const BY_ROWS: bool;
}

/// A place in the list by the last change: a moment, and the id of an order.
pub type Place = (i64, i64);

/// The condition that an order is on a page.
#[derive(Debug, Clone)]
pub struct OnPage {
    of: Of,
    descending: bool,
    limit: i64,
}

/// Of which orders a list is.
#[derive(Debug, Clone)]
enum Of {
    /// Those of each range, which merge by their ids.
    Ranges(Vec<IndexRange>),
    Updates(Box<Updates>),
}

/// Those between two places in the list by the last change, of those up to an id that is not among them.
#[derive(Debug, Clone)]
struct Updates {
    after: Place,
    end: Place,
    behind_last: i64,
    /// Those of the first moment and of the last one.
    first: IndexRange,
    last: IndexRange,
}

impl OnPage {
    /// The page of a list by number, between these ids, which are not on it. `None` if no order can be on it.
    pub fn by_number(listing: &OrderList, kind: &Kind<'_>, ids: (i64, i64)) -> Option<Self> {
        let all = |columns| vec![IndexRange::of_orders(columns, ids)];
        let in_states = |whose: Option<Value>, states: &[State]| {
            let state = |(status, fulfillment): &State| {
                let mut columns: Vec<_> = whose.clone().map(|whose| ("", whose)).into_iter().collect();
                columns.push(("listed.status", Value::Word(status.as_str())));
                columns
                    .push(("coalesce(listed.fulfillment, 'unfulfilled')", Value::Word(fulfillment.as_str())));
                IndexRange::of_orders(columns, ids)
            };
            states.iter().map(state).collect()
        };
        let ranges = match kind {
            Kind::Of(user, None) => {
                let of_user = |user: UserId| ("listed.user_id", Value::Number(user.get()));
                all(user.map(of_user).into_iter().collect())
            }
            Kind::Of(user, Some(states)) => {
                in_states(user.map(|user| Value::UserInState(user.get())), states)
            }
            Kind::In(code, None, None) => all(vec![("", Value::Marketplace(code.to_string()))]),
            Kind::In(code, None, Some(states)) => {
                in_states(Some(Value::MarketplaceInState(code.to_string())), states)
            }
            // With states it is not offered, and they are not looked at.
            Kind::In(code, Some(user), _) => all(vec![
                ("", Value::UserInMarketplace(user.get())),
                ("", Value::Marketplace(code.to_string())),
            ]),
            Kind::External(name) => {
                let name = vec![("listed.external_id", Value::Unique(name.as_str().to_owned()))];
                vec![IndexRange::of_orders(name, ids).with("listed.external_id IS NOT NULL")]
            }
            Kind::OfCustomer(email) => {
                let folded = vec![("", Value::Address(email.folded()))];
                vec![IndexRange::of_orders(folded, ids).with("listed.email IS NOT NULL")]
            }
            Kind::WithProduct(product) => {
                let column = ("listed.product_id", Value::Number(product.get()));
                vec![IndexRange::of_parts("order_products", column, ids)]
            }
            Kind::Tracked(number) => {
                let column = ("listed.tracking_number", Value::Text(number.as_str().to_owned()));
                let range = IndexRange::of_parts("order_shipments", column, ids);
                vec![range.with("listed.tracking_number IS NOT NULL")]
            }
        };
        (!ranges.is_empty()).then(|| Self::of(listing, Of::Ranges(ranges)))
    }

    /// The page of a list by the last change, between two places, which are not on it; of orders up to the last.
    /// `None` if no order can be on it.
    pub fn by_update(listing: &OrderList, (after, end): (Place, Place), last: i64) -> Option<Self> {
        if after >= end {
            return None;
        }
        let behind_last = last.saturating_add(1);
        let is_one_moment = after.0 == end.0;
        let first_end = if is_one_moment { end.1 } else { i64::MAX };
        let last_end = if is_one_moment { 0 } else { end.1 };
        let moment = |at, ids| IndexRange::of_updates(vec![("listed.updated_at", Value::Number(at))], ids);
        let first = moment(after.0, (after.1, first_end.min(behind_last)));
        let last = moment(end.0, (0, last_end.min(behind_last)));
        let updates = Updates { after, end, behind_last, first, last };
        Some(Self::of(listing, Of::Updates(Box::new(updates))))
    }

    fn of(listing: &OrderList, of: Of) -> Self {
        let limit = i64::try_from(listing.limit().get()).unwrap_or(i64::MAX);
        Self { of, descending: listing.is_descending(), limit }
    }

    /// Writes where a page ends.
    fn limit<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend,
        i64: ToSql<BigInt, DB>,
    {
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)
    }

    fn ranges<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>, ranges: &'b [IndexRange]) -> QueryResult<()>
    where
        DB: Finds,
        i64: ToSql<BigInt, DB>,
        str: ToSql<Text, DB>,
    {
        if let [range] = ranges {
            range.select(out)?;
            range.order(out, self.descending);
            self.limit(out)?;
            range.end(out);
            return Ok(());
        }
        for (index, range) in ranges.iter().enumerate() {
            out.push_sql(if index > 0 { " UNION ALL " } else { "" });
            // Ranges that are ordered by more than their ids do not merge: of each comes a page.
            out.push_sql(if DB::BY_ROWS { "(" } else { "" });
            range.select(out)?;
            if DB::BY_ROWS {
                range.order(out, self.descending);
                self.limit(out)?;
                out.push_sql(")");
            }
        }
        out.push_sql(if self.descending { " ORDER BY id DESC" } else { " ORDER BY id" });
        self.limit(out)
    }

    /// However many orders have changed at one moment, those before the first on the page are not read through.
    fn updates<'b, DB>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        Updates { after, end, behind_last, first, last }: &'b Updates,
    ) -> QueryResult<()>
    where
        DB: Finds,
        i64: ToSql<BigInt, DB>,
        str: ToSql<Text, DB>,
    {
        let between = |out: &mut AstPass<'_, 'b, DB>, order: &str, (at, id): &'b Place| {
            out.push_sql("(listed.updated_at, listed.id)");
            out.push_sql(order);
            out.push_bind_param::<BigInt, _>(at)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(id)?;
            out.push_sql(")");
            QueryResult::Ok(())
        };
        let order =
            if self.descending { " ORDER BY updated_at DESC, id DESC" } else { " ORDER BY updated_at, id" };
        if DB::BY_ROWS {
            out.push_sql("SELECT listed.id FROM orders AS listed WHERE ");
            between(out, " > (", after)?;
            out.push_sql(" AND ");
            between(out, " < (", end)?;
            // No index has such a number, so it is looked at in passing.
            out.push_sql(" AND listed.id + 0 < ");
            out.push_bind_param::<BigInt, _>(behind_last)?;
            out.push_sql(order);
            return self.limit(out);
        }
        out.push_sql("SELECT page.id FROM (");
        first.select(out)?;
        out.push_sql(" UNION ALL ");
        out.push_sql("SELECT listed.updated_at, listed.id FROM orders AS listed WHERE listed.updated_at > ");
        out.push_bind_param::<BigInt, _>(&after.0)?;
        out.push_sql(" AND listed.updated_at < ");
        out.push_bind_param::<BigInt, _>(&end.0)?;
        out.push_sql(" UNION ALL ");
        last.select(out)?;
        out.push_sql(order);
        self.limit(out)?;
        out.push_sql(") AS page");
        Ok(())
    }
}

impl<DB> QueryFragment<DB> for OnPage
where
    DB: Finds,
    i64: ToSql<BigInt, DB>,
    str: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("orders.id IN (");
        match &self.of {
            Of::Ranges(ranges) => self.ranges(&mut out, ranges)?,
            Of::Updates(updates) => self.updates(&mut out, updates)?,
        }
        out.push_sql(")");
        Ok(())
    }
}

/// Its text depends on the list's kind, and how many states it is of.
impl QueryId for OnPage {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
