//! Every list of orders that is offered.

use chrono::{DateTime, Utc};
use orders_domain::{
    ExternalId, MarketplaceCode, OrderFilter, OrderQuery, ProductId, Sort, Statuses, TrackingNumber, UserId,
    order::contact::Email, shipment::status::Fulfillment,
};

/// From a moment on, and before another one.
pub type Period = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// By what is asked for orders. Nothing is asked as well.
pub struct Asked {
    pub statuses: Vec<Statuses>,
    pub fulfillments: Vec<Fulfillment>,
    pub users: Vec<UserId>,
    pub marketplaces: Vec<MarketplaceCode>,
    pub products: Vec<ProductId>,
    pub numbers: Vec<TrackingNumber>,
    pub emails: Vec<Email>,
    pub externals: Vec<ExternalId>,
    /// Between which moments orders were placed, or have changed last.
    pub periods: Vec<Period>,
}

fn or_none<T: Clone>(values: &[T]) -> Vec<Option<T>> {
    std::iter::once(None).chain(values.iter().cloned().map(Some)).collect()
}

impl Asked {
    /// Each combination that is offered, in each sort, from the first order on; the periods in turn.
    pub fn queries(&self) -> Vec<OrderQuery> {
        let mut filters = Vec::new();
        for user in or_none(&self.users) {
            for status in or_none(&self.statuses) {
                for fulfillment in or_none(&self.fulfillments) {
                    filters.push(OrderFilter { user, status, fulfillment, ..OrderFilter::default() });
                }
            }
        }
        for marketplace in self.marketplaces.iter().copied().map(Some) {
            for status in or_none(&self.statuses) {
                for fulfillment in or_none(&self.fulfillments) {
                    filters.push(OrderFilter { marketplace, status, fulfillment, ..OrderFilter::default() });
                }
            }
            for user in self.users.iter().copied().map(Some) {
                filters.push(OrderFilter { marketplace, user, ..OrderFilter::default() });
            }
        }
        filters.extend(
            self.products.iter().map(|one| OrderFilter { product: Some(*one), ..OrderFilter::default() }),
        );
        let by_number =
            |one: &TrackingNumber| OrderFilter { tracking: Some(one.clone()), ..OrderFilter::default() };
        filters.extend(self.numbers.iter().map(by_number));
        let by_email = |one: &Email| OrderFilter { email: Some(one.clone()), ..OrderFilter::default() };
        filters.extend(self.emails.iter().map(by_email));
        let by_external =
            |one: &ExternalId| OrderFilter { external: Some(one.clone()), ..OrderFilter::default() };
        filters.extend(self.externals.iter().map(by_external));

        let mut periods = self.periods.iter().cycle();
        let mut queries = Vec::new();
        for sort in [Sort::Id, Sort::IdDescending] {
            for filter in &filters {
                let (from, to) = *periods.next().unwrap();
                let filter = OrderFilter { from, to, ..filter.clone() };
                queries.push(OrderQuery { filter, sort, ..OrderQuery::default() });
            }
            // So that each is asked for with other periods in the other sort.
            periods.next();
        }
        for sort in [Sort::Updated, Sort::UpdatedDescending] {
            for (updated_from, updated_to) in &self.periods {
                let (updated_from, updated_to) = (*updated_from, *updated_to);
                let filter = OrderFilter { updated_from, updated_to, ..OrderFilter::default() };
                queries.push(OrderQuery { filter, sort, ..OrderQuery::default() });
            }
        }
        queries
    }
}
