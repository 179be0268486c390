//! Figures as JSON.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use orders_domain::{
    AnsweredReport, EventId, MarketplaceCode, OrderStatus, ProductId,
    analytics::{Grouping, ReportRow},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::writing::moment;

/// Figures, all of them as of one moment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Report)]
pub struct ReportBody {
    /// The rows, ascending by period, currency and what else they are told apart by; products the best sellers first.
    /// 10,000 at most.
    rows: Vec<RowBody>,
    /// Up to where events are counted; left out while none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    as_of: Option<AsOfBody>,
    /// How old the oldest event is that is not counted, in seconds; 0 if all are.
    #[schema(minimum = 0, example = 0.0)]
    lag_seconds: f64,
}

/// Up to where events are counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AsOf)]
struct AsOfBody {
    /// The newest event that is counted, by its id.
    #[schema(example = "1042")]
    event: String,
    /// When that was.
    #[schema(format = DateTime)]
    time: String,
}

/// Figures of a period and a currency. What rows are not told apart by is left out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportRow)]
struct RowBody {
    /// When the period begins, on the clocks of the zone; no earlier than `from`.
    #[schema(format = DateTime, example = "2026-10-25T00:00:00+02:00")]
    start: String,
    /// When it ends; no later than `to`.
    #[schema(format = DateTime, example = "2026-10-26T00:00:00+01:00")]
    end: String,
    /// The currency of the amounts.
    #[schema(example = "EUR")]
    currency: String,
    /// The marketplace, by marketplace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "de")]
    marketplace: Option<String>,
    /// The product, by product.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 1, example = 9)]
    product_id: Option<i64>,
    /// The status to which the orders came, by status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        pattern = "^(pending|processing|shipped|delivered|cancelled)$"
    )]
    status: Option<&'static str>,
    /// Orders that were placed; by product those with a line of it; by status those that came to it.
    #[schema(minimum = 0, example = 120)]
    orders: i64,
    /// Pieces in them.
    #[schema(minimum = 0, example = 264)]
    units: i64,
    /// What they cost, in the currency's minor unit.
    #[schema(minimum = 0, example = 527_736)]
    gross: i64,
    /// Pieces that were cancelled in the period, whenever they were ordered; not by status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 0, example = 12)]
    cancelled: Option<i64>,
    /// Pieces that left in the period, whenever they were ordered; not by status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 0, example = 240)]
    shipped: Option<i64>,
    /// How many seconds it took on average from the order until one of these pieces left; left out where none left, or
    /// that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 0, example = 86_400)]
    seconds_to_ship: Option<i64>,
}

impl ReportBody {
    /// Of what was answered to somebody who had it told apart so.
    pub fn of(answered: &AnsweredReport, grouping: Grouping) -> Self {
        let AnsweredReport { periods, report, lag } = answered;
        let row = |row: &ReportRow| {
            let (start, end) = periods.get(row.period)?;
            Some(RowBody::of(row, (*start, *end), grouping))
        };
        let as_of = |(event, at): (EventId, _)| AsOfBody { event: event.to_string(), time: moment(at) };
        Self {
            rows: report.rows.iter().filter_map(row).collect(),
            as_of: report.counted.map(as_of),
            lag_seconds: lag.as_seconds_f64(),
        }
    }
}

impl RowBody {
    fn of(
        row: &ReportRow,
        (start, end): (DateTime<FixedOffset>, DateTime<FixedOffset>),
        grouping: Grouping,
    ) -> Self {
        let written = |moment: DateTime<FixedOffset>| moment.to_rfc3339_opts(SecondsFormat::Secs, true);
        let figures = row.figures;
        let of_pieces = grouping != Grouping::Statuses;
        Self {
            start: written(start),
            end: written(end),
            currency: row.currency.to_string(),
            marketplace: row.marketplace.as_ref().map(MarketplaceCode::to_string),
            product_id: row.product.map(ProductId::get),
            status: row.status.map(OrderStatus::as_str),
            orders: figures.orders,
            units: figures.units,
            gross: figures.gross,
            cancelled: of_pieces.then_some(figures.cancelled),
            shipped: of_pieces.then_some(figures.shipped),
            seconds_to_ship: figures.seconds_to_ship(),
        }
    }
}
