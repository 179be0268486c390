//! What is to be counted, and what was: the model of the others.

use std::{collections::BTreeMap, ops::Bound};

use async_trait::async_trait;
use orders_domain::{
    Consumer, Event, EventId, Order,
    analytics::{
        CountedOrder, Figures, Grouping, Of, Report, ReportQuery, ReportRow, Rollups, Uncounted,
        UncountedPage,
    },
    delivery::{Counted, Holder, Leased, Stepped},
    ports::{Analytics, PortError},
};

use super::{MemoryDatabase, State};

/// Who counts begins with the first event.
fn beginning() -> (Leased, Option<Holder>) {
    (Leased::beginning(None), None)
}

impl State {
    /// Who counts, and how far they have come.
    pub(super) fn counting(&mut self) -> &mut (Leased, Option<Holder>) {
        self.consumers.entry(Consumer::Rollups).or_insert_with(beginning)
    }

    /// Stores what was counted, if that is this one's to do and begins where it has ended before.
    pub(super) fn count(&mut self, counted: &Counted) -> Stepped {
        let (leased, held_by) = self.counting();
        if held_by.as_ref() != Some(&counted.holder) || leased.cursor != counted.after {
            return Stepped::Others;
        }
        leased.cursor = counted.after.max(counted.until);
        self.rollups.merge(&counted.rollups);
        Stepped::Done
    }

    /// Forgets all that was counted.
    pub(super) fn recount(&mut self) -> Stepped {
        self.consumers.insert(Consumer::Rollups, beginning());
        self.rollups = Rollups::default();
        Stepped::Done
    }
}

fn counted_order(order: &Order) -> CountedOrder {
    CountedOrder {
        marketplace: order.sold_in().marketplace,
        currency: *order.currency(),
        placed_at: order.imported().map_or(order.ordered_at(), |imported| imported.placed_at),
        is_imported: order.imported().is_some(),
        lines: order.lines().map(|(_, line)| line.clone()).collect(),
    }
}

#[async_trait]
impl Analytics for MemoryDatabase {
    async fn uncounted(&self, after: Option<EventId>, most: usize) -> Result<UncountedPage, PortError> {
        let state = self.state();
        let last = state.events.last_key_value().map(|(id, _)| *id);
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = state.events.range((start, Bound::Unbounded)).map(|(_, event)| event.clone());
        let events: Vec<_> = behind.filter_map(Event::of_order).take(most).collect();
        let more = events.len() == most;
        let cursor = if more { events.last().map(|event| event.id) } else { last.max(after) };
        let (oldest, count) = (events.first().map(|event| event.at), events.len());
        let mut by_order: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for event in events {
            by_order.entry(event.order).or_default().push(event);
        }
        let orders = by_order.into_iter().filter_map(|(id, events)| {
            let order = counted_order(state.orders.get(&id)?);
            let first = events.first()?.id;
            let before = state.events.range(..first).map(|(_, event)| event.clone());
            let told = before.filter_map(Event::of_order).filter(|event| event.order == id).collect();
            Some(Uncounted { order, told, events })
        });
        Ok(UncountedPage { orders: orders.collect(), oldest, events: count, cursor, more, last })
    }

    async fn report(&self, query: ReportQuery) -> Result<Report, PortError> {
        let mut state = self.state();
        let mut sums: BTreeMap<_, Figures> = BTreeMap::new();
        for (key, figures) in state.rollups.iter() {
            let within =
                query.periods.iter().position(|period| (period.first..period.end).contains(&key.quarter));
            let Some(period) = within else { continue };
            let (product, status) = match (query.grouping, key.of) {
                (Grouping::Orders { .. }, Of::Orders) => (None, None),
                (Grouping::Statuses, Of::Status(status)) => (None, Some(status)),
                (Grouping::Products { .. }, Of::Product(product)) => (Some(product), None),
                _ => continue,
            };
            let marketplace = query.grouping.is_by_marketplace().then_some(key.marketplace);
            sums.entry((period, key.currency, marketplace, product, status)).or_default().add(figures);
        }
        let row = |((period, currency, marketplace, product, status), figures)| ReportRow {
            period,
            currency,
            marketplace,
            product,
            status,
            figures,
        };
        let mut rows: Vec<_> = sums.into_iter().map(row).collect();
        rows.sort_by_cached_key(ReportRow::rank);
        if let Grouping::Products { top: Some(top), .. } = query.grouping {
            let mut seen: BTreeMap<_, i64> = BTreeMap::new();
            rows.retain(|row| {
                let place = seen.entry((row.period, row.currency, row.marketplace)).or_default();
                *place += 1;
                *place <= top.get()
            });
        }
        rows.truncate(ReportQuery::MOST_ROWS + 1);
        let cursor = state.counting().0.cursor;
        let counted = cursor.and_then(|cursor| state.events.range(..=cursor).next_back());
        let behind = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        let next = state.events.range((behind, Bound::Unbounded)).next();
        Ok(Report {
            rows,
            counted: counted.map(|(id, event)| (*id, event.at)),
            uncounted_since: next.map(|(_, event)| event.at),
        })
    }
}
